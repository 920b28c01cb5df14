// Copies a graph into a caller, so that what it computes can be optimised together with what is
// around it.
#pragma once

#include "ir/graph_builder.h"

namespace tare {

// Inputs are values of the graph being built, one for each input of the callee. Each output of the
// callee becomes the value given for it, or another one where the callee passes an input or a
// constant on; what they became is returned.
std::vector<ValueId> inline_graph(GraphBuilder& b, GraphId callee, std::span<const ValueId> inputs,
                                  std::span<const ValueId> outputs);

}  // namespace tare
