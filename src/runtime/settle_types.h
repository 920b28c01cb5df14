// The first part of a plan: from the shapes of the inputs to every type, with what these shapes
// make constant folded.
#pragma once

#include "runtime/plan.h"

namespace tare {

// Fills the plan's values and placements: a node is folded, dynamic, or still to be placed.
Status settle_types(const Graph& graph, std::span<const Shape> input_shapes,
                    const InferContext::CallGraph& call, Plan& plan);

}  // namespace tare
