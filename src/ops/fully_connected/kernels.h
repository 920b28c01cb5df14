// Kernels of fully connected layers that the common convolution loop has no place for.
#pragma once

#include "ir/eval_context.h"
#include "ops/fully_connected/fully_connected.h"

namespace tare {

// Rows of the input's elements cut by the weights' width.
struct FullyConnectedExtents {
  std::int64_t rows, width, outputs;
};
FullyConnectedExtents fully_connected_extents(EvalContext& c);

// int4 or int8 weights with a scale for each block of a row; the input is quantised with a zero
// point.
void eval_blockwise(const FullyConnected& op, EvalContext& c);
void eval_shuffled(const FullyConnected& op, EvalContext& c);

}  // namespace tare
