// Runs one pure node with its reference kernel, outside any executable: how constants are folded,
// at load and for the shapes of one plan.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"

namespace tare {

// Inference has seen the very inputs, so a shape it leaves open is one that the kernel finds: an
// error when the op does not say that its kernel does.
Status check_sizes(const Node& node, std::span<const TensorType> outputs);

// Inputs must be constants (null where absent). Fails for ops without a kernel in this program, for
// ops that need more than their inputs, and where outputs would take more than max_bytes
// or more steps of work than there are trips left.
Result<std::vector<TensorValue>> evaluate(const Node& node, std::span<const Value* const> inputs,
                                          std::uint64_t max_bytes, std::int64_t& trips);

}  // namespace tare
