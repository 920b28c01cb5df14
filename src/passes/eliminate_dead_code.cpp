// Removes nodes without effects whose outputs nobody reads (what only looks state up, as a
// variable's handle, is one), and drops the bytes of constants nobody reads.
//
// Marks backwards from the outputs and from nodes with effects.
#include <algorithm>

#include "ir/op_def.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

void eliminate_dead_code(Graph& graph, PassBudget&) {
  std::vector<bool> used(graph.values.size(), false);
  for (const ValueId id : graph.outputs) used[index(id)] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool read = std::any_of(node->outputs.begin(), node->outputs.end(), [&](ValueId id) {
      return id != ValueId::kNone && used[index(id)];
    });
    const bool variable = std::any_of(node->inputs.begin(), node->inputs.end(), [&](ValueId id) {
      return id != ValueId::kNone && graph.value(id).is_variable;
    });
    if (!read && !variable && (node->op->flags & (kOrdered | kCallsGraph)) == 0) continue;
    for (const ValueId id : node->inputs) {
      if (id != ValueId::kNone) used[index(id)] = true;
    }
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    if (!used[i]) graph.values[i].constant = Buffer();
  }
}

}  // namespace

extern const PassFacet pass_eliminate_dead_code{"eliminate_dead_code", eliminate_dead_code};

}  // namespace tare
