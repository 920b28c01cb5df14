// The order in which a plan runs its nodes, and which neighbours form XNNPACK segments. Ready nodes
// of the kind that is under way go first, so that segments grow as long as the data flow allows;
// ordered nodes keep their order.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"
#include "runtime/memory_plan.h"
#include "runtime/plan.h"

namespace tare {

struct ScheduledStep {
  bool xnnpack = false;
  std::vector<std::size_t> nodes;  // one, or those of a segment in topological order
  std::vector<ValueId> inputs;     // that cross a segment's border
  std::vector<ValueId> outputs;
};

// `values` are the plan's, which know what has been folded.
std::vector<ScheduledStep> partition(const Graph& graph, const std::vector<Value>& values,
                                     const std::vector<Placement>& placements);

// Steps between which each value must stay in the arena; empty for values that live elsewhere or
// inside a segment.
std::vector<std::optional<Lifetime>> lifetimes(const Graph& graph, const std::vector<Value>& values,
                                               const std::vector<ScheduledStep>& schedule);

}  // namespace tare
