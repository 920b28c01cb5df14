// A signature names tensors of a subgraph; an entry has one name for each input and output of the
// graph, in order.
#include "formats/tflite/signatures.h"

#include <algorithm>
#include <map>

namespace tare::tflite_format {
namespace {

using TensorMaps = flatbuffers::Vector<flatbuffers::Offset<tflite::TensorMap>>;

constexpr std::size_t kMaxSignatures = 1000;

// Names for the tensors listed, taken from the signature where it has one, else the tensor's own.
Result<std::vector<std::string>> names_of(File& file,
                                          const flatbuffers::Vector<std::int32_t>* tensors,
                                          const TensorMaps* maps,
                                          const std::vector<std::string>& own) {
  const auto list = span_of(tensors);
  std::uint64_t bytes = 0;
  for (const std::string& name : own) bytes += sizeof(std::string) + name.size();
  // A tensor that is an output twice has two names, in order.
  std::map<std::int64_t, std::vector<std::size_t>> places;  // the first one last
  for (std::size_t i = list.size(); i-- > 0;) places[list[i]].push_back(i);
  const auto absurd = [] { return Error{Code::kInvalidModel, "absurdly long names", {}}; };
  if (!file.structure.spend(bytes)) return absurd();
  std::vector<std::string> names = own;
  for (std::size_t m = 0; m < size_of(maps); ++m) {
    const auto& map = *maps->Get(static_cast<unsigned>(m));
    const std::string_view name = text_of(map.name());
    if (!file.structure.spend(sizeof(std::string) + name.size())) return absurd();
    const auto found = places.find(static_cast<std::int64_t>(map.tensor_index()));
    if (found == places.end()) {
      return Error{Code::kInvalidModel,
                   "'" + std::string(name.substr(0, 200)) + "' is tensor " +
                       std::to_string(map.tensor_index()) +
                       ", which is not an input or output of its subgraph",
                   {}};
    }
    if (found->second.empty()) continue;
    names[found->second.back()] = name;
    found->second.pop_back();
  }
  return names;
}

std::vector<std::string> value_names(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<std::string> names;
  for (ValueId id : ids) names.push_back(graph.value(id).name);
  return names;
}

Result<Entry> read_signature(File& file, TfliteSubgraphs& subgraphs, Module& module,
                             const tflite::SignatureDef& source) {
  Entry entry;
  entry.name = text_of(source.signature_key()).substr(0, 200);
  const auto place = [&](Error error) {
    error.where =
        "signature '" + entry.name + "'" + (error.where.empty() ? "" : " > " + error.where);
    return error;
  };
  if (source.subgraph_index() >= size_of(file.model->subgraphs())) {
    return place({Code::kInvalidModel,
                  "subgraph " + std::to_string(source.subgraph_index()) + " does not exist",
                  {}});
  }
  auto id = subgraphs.graph_of(static_cast<int>(source.subgraph_index()));
  if (!id) return id.error();
  entry.graph = *id;
  const tflite::SubGraph& subgraph = *file.model->subgraphs()->Get(source.subgraph_index());
  const Graph& graph = module.graph(*id);
  auto inputs =
      names_of(file, subgraph.inputs(), source.inputs(), value_names(graph, graph.inputs));
  if (!inputs) return place(inputs.error());
  auto outputs =
      names_of(file, subgraph.outputs(), source.outputs(), value_names(graph, graph.outputs));
  if (!outputs) return place(outputs.error());
  entry.input_names = inputs.take();
  entry.output_names = outputs.take();
  return entry;
}

}  // namespace

Status read_entries(File& file, TfliteSubgraphs& subgraphs, Module& module) {
  auto main = subgraphs.graph_of(0);
  if (!main) return main.error();
  const std::size_t count = size_of(file.model->signature_defs());
  if (count > kMaxSignatures) return Error{Code::kInvalidModel, "absurdly many signatures", {}};
  for (std::size_t i = 0; i < count; ++i) {
    auto entry = read_signature(file, subgraphs, module,
                                *file.model->signature_defs()->Get(static_cast<unsigned>(i)));
    if (!entry) return entry.error();
    module.entries.push_back(entry.take());
  }
  // Who asks for no signature gets the first subgraph, as with every other runtime.
  const auto first = std::find_if(module.entries.begin(), module.entries.end(),
                                  [&](const Entry& e) { return e.graph == *main; });
  if (first != module.entries.end()) {
    std::rotate(module.entries.begin(), first, first + 1);
  } else {
    const Graph& graph = module.graph(*main);
    module.entries.insert(module.entries.begin(),
                          Entry{.name = graph.name.empty() ? "main" : graph.name,
                                .graph = *main,
                                .input_names = value_names(graph, graph.inputs),
                                .output_names = value_names(graph, graph.outputs)});
  }
  return {};
}

}  // namespace tare::tflite_format
