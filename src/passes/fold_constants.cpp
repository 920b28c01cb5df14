// Replaces pure nodes of constants by their results.
//
// Evaluates with the reference kernels. What a node of few bytes would blow up into a large
// constant (fill, tile, broadcast_to) is left for the run.
#include <algorithm>

#include "ir/evaluate.h"
#include "ir/op_def.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

constexpr std::uint64_t kMaxGrowth = 8;          // int4 or sparse weights may grow this much
constexpr std::uint64_t kAlwaysFine = 1u << 16;  // bytes

bool all_constant(const Graph& graph, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id == ValueId::kNone || graph.value(id).is_constant;
  });
}

// Of a node whose types are known, as those of constants are.
std::uint64_t macs_of(const Graph& graph, const Node& node) {
  const auto types_of = [&](const std::vector<ValueId>& ids) {
    std::vector<TensorType> types;
    for (const ValueId id : ids)
      types.push_back(id == ValueId::kNone ? TensorType{} : graph.value(id).type);
    return types;
  };
  const auto in = types_of(node.inputs), out = types_of(node.outputs);
  const Cost cost = node.op->cost(node.attributes.get(), {in, out});
  return static_cast<std::uint64_t>(std::max<std::int64_t>(cost.macs, 0));
}

bool fold(Graph& graph, const Node& node, PassBudget& budget) {
  if (!node.op->is_pure() || node.outputs.empty() || !all_constant(graph, node)) return false;
  std::vector<const Value*> inputs;
  std::uint64_t source_bytes = 0;
  for (const ValueId id : node.inputs) {
    inputs.push_back(id == ValueId::kNone ? nullptr : &graph.value(id));
    if (id != ValueId::kNone) source_bytes += graph.value(id).constant.size();
  }
  const std::uint64_t work = source_bytes + macs_of(graph, node);
  if (work > budget.work) return false;
  budget.work -= work;
  const std::uint64_t most = std::max(kAlwaysFine, source_bytes * kMaxGrowth);
  auto results = evaluate(node, inputs, std::min(most, budget.bytes), budget.trips);
  if (!results) return false;
  for (const TensorValue& result : *results) {
    if (!result.handles.empty() || is_handle(result.type.dtype)) return false;
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == ValueId::kNone) continue;
    Value& value = graph.value(node.outputs[i]);
    value.type.shape = (*results)[i].type.shape;
    value.constant = std::move((*results)[i].bytes);
    value.is_constant = true;
    value.contents.reset();
    budget.bytes -= std::min<std::uint64_t>(budget.bytes, value.constant.size());
  }
  return true;
}

void fold_constants(Graph& graph, PassBudget& budget) {
  std::erase_if(graph.nodes, [&](const Node& node) { return fold(graph, node, budget); });
}

}  // namespace

extern const PassFacet pass_fold_constants{"fold_constants", fold_constants};

}  // namespace tare
