// References: "node", "node:1", "^node" in a graph; "argument", "node:output", "node:output:1" in a
// function, where the output's name needs the op's own list of outputs.
#include "formats/tf/graph_index.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tare {
namespace {

// Ops with several named outputs, in their order; an op that is not here has one name for all of
// its outputs.
struct OutputNames {
  std::string_view op;
  std::array<std::string_view, 7> names;
  std::string_view length = {};  // attribute: of how many tensors the first outputs are lists
  std::ptrdiff_t lists = 1;      // how many outputs these are
};
constexpr OutputNames kOutputNames[] = {
    {"FusedBatchNorm", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
    {"FusedBatchNormV2",
     {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
    {"FusedBatchNormV3",
     {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2",
      "reserve_space_3"}},
    {"TopK", {"values", "indices"}},
    {"TopKV2", {"values", "indices"}},
    {"Switch", {"output_false", "output_true"}},
    {"RefSwitch", {"output_false", "output_true"}},
    {"Merge", {"output", "value_index"}},
    {"RefMerge", {"output", "value_index"}},
    {"Unique", {"y", "idx"}},
    {"UniqueV2", {"y", "idx"}},
    {"UniqueWithCounts", {"y", "idx", "count"}},
    {"UniqueWithCountsV2", {"y", "idx", "count"}},
    {"ListDiff", {"out", "idx"}},
    {"MaxPoolWithArgmax", {"output", "argmax"}},
    {"NonMaxSuppressionV4", {"selected_indices", "valid_outputs"}},
    {"NonMaxSuppressionV5", {"selected_indices", "selected_scores", "valid_outputs"}},
    {"CombinedNonMaxSuppression",
     {"nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"}},
    {"TensorArrayV3", {"handle", "flow"}},
    {"TensorArrayConcatV3", {"value", "lengths"}},
    {"TensorListPopBack", {"output_handle", "tensor"}},
    {"TensorListConcat", {"tensor", "lengths"}},
    {"TensorListConcatV2", {"tensor", "lengths"}},
    {"StringSplit", {"indices", "values", "shape"}},
    {"StringSplitV2", {"indices", "values", "shape"}},
    {"StringNGrams", {"ngrams", "ngrams_splits"}},
    {"SparseReshape", {"output_indices", "output_shape"}},
    {"SparseFillEmptyRows",
     {"output_indices", "output_values", "empty_row_indicator", "reverse_index_map"}},
    {"RaggedRange", {"rt_nested_splits", "rt_dense_values"}},
    {"RaggedGather", {"output_nested_splits", "output_dense_values"}, "OUTPUT_RAGGED_RANK"},
    {"RaggedTensorFromVariant",
     {"output_nested_splits", "output_dense_values"},
     "output_ragged_rank"},
    {"ParseExample",
     {"sparse_indices", "sparse_values", "sparse_shapes", "dense_values"},
     "Nsparse",
     3},
    {"ParseExampleV2",
     {"sparse_indices", "sparse_values", "sparse_shapes", "dense_values", "ragged_values",
      "ragged_row_splits"},
     "num_sparse",
     3},
    {"SparseAdd", {"sum_indices", "sum_values", "sum_shape"}},
    {"SparseConcat", {"output_indices", "output_values", "output_shape"}},
    {"SparseReorder", {"output_indices", "output_values"}},
    {"SparseSlice", {"output_indices", "output_values", "output_shape"}},
    {"BlockLSTM", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"BlockLSTMV2", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"LSTMBlockCell", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"GRUBlockCell", {"r", "u", "c", "h"}},
    {"BroadcastGradientArgs", {"r0", "r1"}},
    {"SoftmaxCrossEntropyWithLogits", {"loss", "backprop"}},
    {"SparseSoftmaxCrossEntropyWithLogits", {"loss", "backprop"}},
    {"StatelessRandomGetKeyCounter", {"key", "counter"}},
    {"StatelessRandomGetKeyCounterAlg", {"key", "counter", "alg"}},
    {"LookupTableExport", {"keys", "values"}},
    {"LookupTableExportV2", {"keys", "values"}},
    {"Lu", {"lu", "p"}},
    {"Svd", {"s", "u", "v"}},
    {"Qr", {"q", "r"}},
    {"SelfAdjointEigV2", {"e", "v"}},
    {"Moments", {"mean", "variance"}},
    {"LogMatrixDeterminant", {"sign", "log_abs_determinant"}},
    {"StatefulUniformInt", {"output"}},
};

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

bool read_port(std::string_view text, std::size_t& port) {
  if (text.empty() || text.size() > 6) return false;
  port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<std::size_t>(c - '0');
  }
  return true;
}

}  // namespace

bool assigns_variable(std::string_view op) {
  return op.starts_with("Assign") || op.starts_with("ResourceScatter") ||
         (op.starts_with("Scatter") && op != "ScatterNd" && op != "ScatterNdNonAliasingAdd");
}

bool changes_state(std::string_view op) {
  return assigns_variable(op) || op.starts_with("InitializeTable") ||
         op.starts_with("LookupTableImport");
}

std::vector<const std::string*> TfFunctionDef::tensors_of_outputs() const {
  std::unordered_map<std::string_view, const std::string*> by_output;
  for (const auto& [output, tensor] : results) by_output.emplace(output, &tensor);
  std::vector<const std::string*> tensors;
  for (const Argument& output : outputs) {
    const auto found = by_output.find(output.name);
    tensors.push_back(found == by_output.end() ? nullptr : found->second);
  }
  return tensors;
}

Result<TfEdge> TfGraphIndex::find_in_function(std::string_view name, std::string_view rest) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return bad("there is no node '" + std::string(name) + "'");
  TfEdge edge{found->second, 0, false};
  const std::size_t colon = rest.find(':');
  const std::string_view output = rest.substr(0, colon);
  if (colon != std::string_view::npos && !read_port(rest.substr(colon + 1), edge.port)) {
    return bad("'" + std::string(name) + ":" + std::string(rest) + "' is no tensor");
  }
  if (is_argument(edge))
    return bad("'" + std::string(name) + "' is an argument and has no outputs");
  for (const OutputNames& o : kOutputNames) {
    if (o.op != (*nodes_)[edge.node].op) continue;
    const auto at = std::find(o.names.begin(), o.names.end(), output);
    if (at == o.names.end())
      return bad(std::string(o.op) + " has no output '" + std::string(output) + "'");
    const std::ptrdiff_t before = at - o.names.begin();
    edge.port += static_cast<std::size_t>(before);
    const TfAttr* length = (*nodes_)[edge.node].find(o.length);
    const auto lists = static_cast<std::size_t>(std::min(before, o.lists));
    if (lists == 0 || length == nullptr) continue;
    constexpr std::int64_t kMaxLength = 1 << 16;
    if (length->integer < 0 || length->integer > kMaxLength)
      return bad(std::string(o.length) + ": out of range");
    edge.port = edge.port + lists * static_cast<std::size_t>(length->integer) - lists;
  }
  return edge;
}

Result<TfEdge> TfGraphIndex::find(std::string_view tensor) const {
  std::string_view name = tensor;
  const bool control = name.starts_with('^');
  if (control) name.remove_prefix(1);
  const std::size_t colon = name.find(':');
  std::string_view rest;
  if (colon != std::string_view::npos) {
    rest = name.substr(colon + 1);
    name = name.substr(0, colon);
    std::size_t port = 0;
    if (function_ != nullptr && !read_port(rest, port)) return find_in_function(name, rest);
  }
  const auto found = names_.find(name);
  if (found == names_.end()) return bad("there is no node '" + std::string(name) + "'");
  TfEdge edge{found->second, 0, control};
  if (!rest.empty() && !read_port(rest, edge.port))
    return bad("'" + std::string(tensor) + "' is no tensor");
  if (colon != std::string_view::npos && rest.empty())
    return bad("'" + std::string(tensor) + "' is no tensor");
  return edge;
}

Result<TfGraphIndex> TfGraphIndex::of(const std::vector<TfNodeDef>& nodes,
                                      const TfFunctionDef* function) {
  TfGraphIndex index;
  index.nodes_ = &nodes;
  index.function_ = function;
  const auto add = [&](const std::string& name, std::size_t number) {
    return !name.empty() && index.names_.emplace(name, number).second;
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!add(nodes[i].name, i))
      return bad(nodes[i].name.empty() ? "a node without a name"
                                       : "two nodes are called '" + nodes[i].name + "'");
  }
  for (std::size_t i = 0; function != nullptr && i < function->inputs.size(); ++i) {
    if (!add(function->inputs[i].name, nodes.size() + i))
      return bad("argument '" + function->inputs[i].name + "' has no name of its own");
  }
  index.inputs_.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& input : nodes[i].inputs) {
      auto edge = index.find(input);
      if (!edge)
        return Error{edge.error().code, edge.error().message,
                     "node '" + nodes[i].name + "' (" + nodes[i].op + ")"};
      index.inputs_[i].push_back(*edge);
    }
  }
  return index;
}

Result<std::vector<std::size_t>> TfGraphIndex::order(const std::vector<TfEdge>& roots) const {
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  struct Visit {
    std::size_t node;
    std::size_t next = 0;
  };
  std::vector<State> states(nodes_->size(), State::kNew);
  std::vector<std::size_t> order;
  std::vector<Visit> stack;
  const auto visit = [&](std::size_t node) {
    states[node] = State::kOpen;
    stack.push_back({node});
  };
  for (const TfEdge& root : roots) {
    if (is_argument(root) || states[root.node] == State::kDone) continue;
    visit(root.node);
    while (!stack.empty()) {
      Visit& top = stack.back();
      const auto& inputs = inputs_[top.node];
      if (top.next == inputs.size()) {
        states[top.node] = State::kDone;
        order.push_back(top.node);
        stack.pop_back();
        continue;
      }
      const TfEdge& input = inputs[top.next++];
      if (is_argument(input) || states[input.node] == State::kDone) continue;
      if (states[input.node] == State::kOpen)
        return bad("node '" + (*nodes_)[input.node].name + "' needs its own result");
      visit(input.node);
    }
  }
  return order;
}

Result<std::vector<std::size_t>> TfGraphIndex::order_of_all() const {
  std::vector<TfEdge> roots;
  for (std::size_t i = 0; i < nodes_->size(); ++i) roots.push_back({i, 0, false});
  return order(roots);
}

}  // namespace tare
