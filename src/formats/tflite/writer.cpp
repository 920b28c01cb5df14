// The whole model: every graph becomes a subgraph, every node the operator that its op writes. The
// graph that callers run by default comes first, because readers take subgraph 0 for it.
#include <algorithm>

#include "formats/tflite/tensor_writer.h"
#include "formats/tflite/write.h"
#include "ir/facets.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using tflite_format::BufferTable;
using tflite_format::TensorTable;

constexpr std::size_t kMaxRefusalsNamed = 16;

class ModelWriter : public TfliteWriter {
 public:
  explicit ModelWriter(const Module& module) : module_(module), buffers_(fbb_) {
    const GraphId main =
        module.entries.empty() ? static_cast<GraphId>(0) : module.entries.front().graph;
    order_.push_back(main);
    for (std::size_t i = 0; i < module.graphs.size(); ++i) {
      if (static_cast<GraphId>(i) != main) order_.push_back(static_cast<GraphId>(i));
    }
  }

  Result<Buffer> write();

  int subgraph(GraphId graph) const override {
    return static_cast<int>(std::find(order_.begin(), order_.end(), graph) - order_.begin());
  }
  void refuse(std::string_view reason) override {
    answered_ = true;
    if (refused_++ < kMaxRefusalsNamed)
      refusals_ +=
          (refusals_.empty() ? "" : "; ") + node_place(*node_) + ": " + std::string(reason);
  }

 protected:
  void add(const Operator& op) override;

 private:
  flatbuffers::Offset<tflite::SubGraph> write_graph(const Graph& graph);
  void write_node(const Node& node);
  std::uint32_t code_index(const Operator& op);
  flatbuffers::Offset<tflite::SignatureDef> write_signature(const Entry& entry);
  bool needs_signatures() const;

  struct CodeKey {
    int code;
    int version;
    std::string custom;
    bool operator==(const CodeKey&) const = default;
  };

  const Module& module_;
  BufferTable buffers_;
  std::vector<GraphId> order_;
  std::vector<CodeKey> keys_;
  std::vector<flatbuffers::Offset<tflite::OperatorCode>> codes_;
  std::vector<flatbuffers::Offset<tflite::Operator>> operators_;  // of the graph being written
  TensorTable* tensors_ = nullptr;
  bool answered_ = false;
  std::size_t refused_ = 0;
  std::string refusals_;
};

std::vector<std::int32_t> indices_of(const std::vector<ValueId>& ids) {
  std::vector<std::int32_t> indices;
  for (ValueId id : ids) indices.push_back(static_cast<std::int32_t>(id));
  return indices;
}

Result<Buffer> ModelWriter::write() {
  std::uint64_t constants = 0;
  for (const Graph& graph : module_.graphs) {
    for (const Value& value : graph.values) constants += value.constant.size();
  }
  // The builder holds one block and asserts when it overflows; leave room for everything that is
  // not constants.
  if (constants > FLATBUFFERS_MAX_BUFFER_SIZE / 4 * 3) {
    return Error{
        Code::kUnsupported, "constants of more than 1.5 GiB do not fit a .tflite file", {}};
  }
  std::vector<flatbuffers::Offset<tflite::SubGraph>> graphs;
  for (GraphId id : order_) graphs.push_back(write_graph(module_.graph(id)));
  if (refused_ != 0) {
    if (refused_ > kMaxRefusalsNamed)
      refusals_ += "; and " + std::to_string(refused_ - kMaxRefusalsNamed) + " more";
    return Error{Code::kUnsupported, "nodes that a .tflite file cannot hold: " + refusals_, {}};
  }
  std::vector<flatbuffers::Offset<tflite::SignatureDef>> signatures;
  if (needs_signatures()) {
    for (const Entry& entry : module_.entries) signatures.push_back(write_signature(entry));
  }
  const auto codes = fbb_.CreateVector(codes_);
  const auto subgraphs = fbb_.CreateVector(graphs);
  const auto description = fbb_.CreateString("Written by Tare.");
  const auto buffers = fbb_.CreateVector(buffers_.offsets());
  const auto signature_defs = fbb_.CreateVector(signatures);
  tflite::ModelBuilder model(fbb_);
  model.add_version(3);
  model.add_operator_codes(codes);
  model.add_subgraphs(subgraphs);
  model.add_description(description);
  model.add_buffers(buffers);
  model.add_signature_defs(signature_defs);
  tflite::FinishModelBuffer(fbb_, model.Finish());
  Buffer file = Buffer::copy_of(std::as_bytes(std::span(fbb_.GetBufferPointer(), fbb_.GetSize())));
  if (!file) return Error{Code::kBudgetExceeded, "out of memory", {}};
  return file;
}

flatbuffers::Offset<tflite::SubGraph> ModelWriter::write_graph(const Graph& graph) {
  graph_ = &graph;
  operators_.clear();
  TensorTable tensors(fbb_, buffers_);
  tensors_ = &tensors;
  tensors.add_values(graph);
  for (const Node& node : graph.nodes) write_node(node);
  const auto all = fbb_.CreateVector(tensors.offsets());
  const auto inputs = fbb_.CreateVector(indices_of(graph.inputs));
  const auto outputs = fbb_.CreateVector(indices_of(graph.outputs));
  const auto operators = fbb_.CreateVector(operators_);
  return tflite::CreateSubGraph(fbb_, all, inputs, outputs, operators,
                                fbb_.CreateString(graph.name));
}

void ModelWriter::write_node(const Node& node) {
  node_ = &node;
  answered_ = false;
  intermediates_.clear();
  inputs_.reset();
  const WriteTfliteFacet* facet = find_write_tflite(node.op);
  if (facet == nullptr) return refuse("TFLite has no such operator");
  facet->write(node.attributes.get(), *this);
  if (!answered_) refuse("its writer wrote nothing");
}

void ModelWriter::add(const Operator& op) {
  answered_ = true;
  std::vector<std::int32_t> between;
  for (const TensorType& type : intermediates_) {
    between.push_back(
        tensors_->add(node_->name + "/intermediate" + std::to_string(between.size()), type));
  }
  const std::uint32_t code = code_index(op);
  const auto inputs = fbb_.CreateVector(indices_of(inputs_ ? *inputs_ : node_->inputs));
  const auto outputs = fbb_.CreateVector(indices_of(node_->outputs));
  const auto intermediates = fbb_.CreateVector(between);
  const auto custom =
      op.custom_options.empty()
          ? flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>()
          : fbb_.CreateVector(reinterpret_cast<const std::uint8_t*>(op.custom_options.data()),
                              op.custom_options.size());
  tflite::OperatorBuilder builder(fbb_);
  builder.add_opcode_index(code);
  builder.add_inputs(inputs);
  builder.add_outputs(outputs);
  if (op.type != tflite::BuiltinOptions_NONE) {
    builder.add_builtin_options_type(op.type);
    builder.add_builtin_options(op.options);
  }
  if (op.type_2 != tflite::BuiltinOptions2_NONE) {
    builder.add_builtin_options_2_type(op.type_2);
    builder.add_builtin_options_2(op.options);
  }
  if (!custom.IsNull()) builder.add_custom_options(custom);
  if (!between.empty()) builder.add_intermediates(intermediates);
  operators_.push_back(builder.Finish());
}

std::uint32_t ModelWriter::code_index(const Operator& op) {
  CodeKey key{static_cast<int>(op.code), op.version, std::string(op.custom_name)};
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  if (found != keys_.end()) return static_cast<std::uint32_t>(found - keys_.begin());
  const auto custom = key.custom.empty() ? flatbuffers::Offset<flatbuffers::String>()
                                         : fbb_.CreateString(key.custom);
  tflite::OperatorCodeBuilder builder(fbb_);
  // Readers of before 2020 know the first field alone, which holds no more than 127.
  builder.add_deprecated_builtin_code(static_cast<std::int8_t>(std::min(key.code, 127)));
  if (!custom.IsNull()) builder.add_custom_code(custom);
  builder.add_version(key.version);
  builder.add_builtin_code(op.code);
  codes_.push_back(builder.Finish());
  keys_.push_back(std::move(key));
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

bool ModelWriter::needs_signatures() const {
  if (module_.entries.size() != 1) return !module_.entries.empty();
  const Entry& entry = module_.entries.front();
  const Graph& graph = module_.graph(entry.graph);
  const auto differ = [&](const std::vector<ValueId>& ids, const std::vector<std::string>& names) {
    return !std::equal(
        ids.begin(), ids.end(), names.begin(), names.end(),
        [&](ValueId id, const std::string& name) { return graph.value(id).name == name; });
  };
  return entry.name != (graph.name.empty() ? "main" : graph.name) ||
         differ(graph.inputs, entry.input_names) || differ(graph.outputs, entry.output_names);
}

flatbuffers::Offset<tflite::SignatureDef> ModelWriter::write_signature(const Entry& entry) {
  const Graph& graph = module_.graph(entry.graph);
  const auto maps = [&](const std::vector<ValueId>& ids, const std::vector<std::string>& names) {
    std::vector<flatbuffers::Offset<tflite::TensorMap>> result;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      result.push_back(tflite::CreateTensorMap(fbb_, fbb_.CreateString(names[i]),
                                               static_cast<std::uint32_t>(ids[i])));
    }
    return fbb_.CreateVector(result);
  };
  const auto inputs = maps(graph.inputs, entry.input_names);
  const auto outputs = maps(graph.outputs, entry.output_names);
  const auto key = fbb_.CreateString(entry.name);
  tflite::SignatureDefBuilder builder(fbb_);
  builder.add_inputs(inputs);
  builder.add_outputs(outputs);
  builder.add_signature_key(key);
  builder.add_subgraph_index(static_cast<std::uint32_t>(subgraph(entry.graph)));
  return builder.Finish();
}

}  // namespace

Result<Buffer> write_tflite(const Module& module) {
  if (module.graphs.empty())
    return Error{Code::kInternal, "a module without graphs cannot be written", {}};
  return ModelWriter(module).write();
}

}  // namespace tare
