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

bool fold(Graph& graph, const Node& node) {
  if (!node.op->is_pure() || node.outputs.empty() || !all_constant(graph, node)) return false;
  std::vector<const Value*> inputs;
  std::uint64_t source_bytes = 0;
  for (const ValueId id : node.inputs) {
    inputs.push_back(id == ValueId::kNone ? nullptr : &graph.value(id));
    if (id != ValueId::kNone) source_bytes += graph.value(id).constant.size();
  }
  auto results = evaluate(node, inputs, std::max(kAlwaysFine, source_bytes * kMaxGrowth));
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
  }
  return true;
}

void fold_constants(Graph& graph) {
  std::erase_if(graph.nodes, [&](const Node& node) { return fold(graph, node); });
}

}  // namespace

extern const PassFacet pass_fold_constants{"fold_constants", fold_constants};

}  // namespace tare
