// RestoreV2 names tensors; assignments take its results to variables: in the graph itself (version
// 1) or in a function whose arguments are the variables (version 2).
#include "formats/tf/variables.h"

#include "formats/tf/graph_index.h"
#include "ir/constant_tensor.h"
#include "ir/strings.h"

namespace tare {
namespace {

constexpr int kMaxSteps = 16;  // of nodes that pass a tensor on

std::vector<std::string> strings_of(const TfGraphIndex& index, const TfEdge& edge) {
  std::vector<std::string> strings;
  if (index.is_argument(edge)) return strings;
  const TfAttr* value = index.nodes()[edge.node].find("value");
  if (value == nullptr || value->kind != TfAttr::Kind::kTensor) return strings;
  auto tensor = value->tensor->value(std::uint64_t{1} << 28);
  if (!tensor || tensor->type.dtype != DType::kString) return strings;
  for (std::int64_t i = 0; i < tensor->type.shape.elements(); ++i)
    strings.emplace_back(string_at(tensor->bytes.bytes(), i));
  return strings;
}

// The node or argument that a value really comes from.
TfEdge source_of(const TfGraphIndex& index, TfEdge edge) {
  for (int step = 0; step < kMaxSteps && !index.is_argument(edge); ++step) {
    const std::string& op = index.nodes()[edge.node].op;
    const auto& inputs = index.inputs(edge.node);
    if ((op != "Identity" && op != "Cast") || inputs.empty() || inputs[0].control) break;
    edge = inputs[0];
  }
  return edge;
}

// Calls with the variable's edge and its tensor for each assignment of a restored value.
template <class F>
void each_restored(const TfGraphIndex& index, F&& f) {
  for (std::size_t i = 0; i < index.nodes().size(); ++i) {
    const std::string& op = index.nodes()[i].op;
    const auto& inputs = index.inputs(i);
    if ((op != "AssignVariableOp" && op != "Assign") || inputs.size() < 2) continue;
    const TfEdge value = source_of(index, inputs[1]);
    if (index.is_argument(value) || index.nodes()[value.node].op != "RestoreV2" ||
        index.inputs(value.node).size() < 3)
      continue;
    const auto names = strings_of(index, index.inputs(value.node)[1]);
    const auto slices = strings_of(index, index.inputs(value.node)[2]);
    if (value.port >= names.size()) continue;
    f(source_of(index, inputs[0]),
      TfRestored{names[value.port],
                 value.port < slices.size() ? slices[value.port] : std::string()});
  }
}

const TfFunctionDef* called(const TfGraphDef& graph, const TfNodeDef& node) {
  const TfAttr* f = node.find("f");
  if (f == nullptr || f->kind != TfAttr::Kind::kFunction) return nullptr;
  for (const TfFunctionDef& function : graph.functions) {
    if (function.name == f->text) return &function;
  }
  return nullptr;
}

bool has_restore(const TfFunctionDef& f) {
  for (const TfNodeDef& node : f.nodes) {
    if (node.op == "RestoreV2") return true;
  }
  return false;
}

// "5 2 0,3:0,2": the whole shape, then start and length of each dimension ("-" for all of it).
bool parse_slice(std::string_view text, std::vector<std::pair<std::int64_t, std::int64_t>>& parts) {
  const std::size_t space = text.rfind(' ');
  std::string_view rest = space == std::string_view::npos ? text : text.substr(space + 1);
  const auto number = [&](std::int64_t& v) {
    v = 0;
    std::size_t digits = 0;
    for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9' && digits < 15;
         ++digits, rest.remove_prefix(1))
      v = v * 10 + (rest[0] - '0');
    return digits > 0;
  };
  while (!rest.empty()) {
    std::int64_t start = 0, length = -1;
    if (rest[0] == '-') {
      rest.remove_prefix(1);
    } else {
      if (!number(start) || rest.empty() || rest[0] != ',') return false;
      rest.remove_prefix(1);
      if (!number(length)) return false;
    }
    parts.emplace_back(start, length);
    if (!rest.empty() && rest[0] != ':') return false;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return true;
}

}  // namespace

std::map<std::string, TfRestored> restored_variables(const TfGraphDef& graph) {
  std::map<std::string, TfRestored> result;
  auto main = TfGraphIndex::of(graph.nodes, nullptr);
  if (!main) return result;
  each_restored(*main, [&](const TfEdge& variable, TfRestored r) {
    if (!main->is_argument(variable)) result.emplace(graph.nodes[variable.node].name, std::move(r));
  });
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TfFunctionDef* f = called(graph, graph.nodes[i]);
    if (f == nullptr || !has_restore(*f)) continue;
    auto index = TfGraphIndex::of(f->nodes, f);
    if (!index) continue;
    std::vector<TfEdge> arguments;
    for (const TfEdge& e : main->inputs(i)) {
      if (!e.control) arguments.push_back(source_of(*main, e));
    }
    each_restored(*index, [&](const TfEdge& variable, TfRestored r) {
      if (!index->is_argument(variable)) return;
      const std::size_t argument = variable.node - f->nodes.size();
      if (argument < arguments.size())
        result.emplace(graph.nodes[arguments[argument].node].name, std::move(r));
    });
  }
  return result;
}

Result<TensorValue> restored_value(const TfRestored& restored, const TfCheckpoint& checkpoint,
                                   const ModelBundle& bundle, std::uint64_t max_bytes) {
  auto value = checkpoint.read(bundle, restored.tensor, max_bytes);
  if (!value || restored.slice.empty()) return value;
  std::vector<std::pair<std::int64_t, std::int64_t>> parts;
  const Shape& shape = value->type.shape;
  Error wrong{
      Code::kInvalidModel, "'" + restored.tensor + "': no such part '" + restored.slice + "'", {}};
  if (!parse_slice(restored.slice, parts) || static_cast<int>(parts.size()) != shape.rank())
    return wrong;
  TensorValue part = value->type.shape.rank() > 0 ? *value : value.take();
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const int axis = static_cast<int>(d);
    const auto [start, length] = parts[d];
    const std::int64_t end = length < 0 ? shape[axis] : start + length;
    if (start > end || end > shape[axis]) return wrong;
    part = sliced(part, axis, start, end);
  }
  return part;
}

}  // namespace tare
