// What ops share that run other graphs: branches, loops, calls.
#pragma once

#include <vector>

#include "ir/eval_context.h"
#include "ir/infer_context.h"

namespace tare {

// Types of a node's inputs from `first` on. Fails when one is left out.
std::vector<TensorType> types_from(InferContext& c, int first);
// A type that covers both: extents that differ become unknown.
Shape covering_shape(const Shape& a, const Shape& b);
// Makes the outputs those of a graph, or of several of which one will run.
void infer_calls(InferContext& c, std::span<const GraphId> graphs, int first);

// Inputs from `first` on, as a call takes them.
std::vector<Tensor> inputs_from(EvalContext& c, int first);
// Makes a copy of a tensor of any kind the output i.
void deliver(EvalContext& c, int i, const Tensor& value);
void call_and_deliver(EvalContext& c, GraphId graph, int first);

}  // namespace tare
