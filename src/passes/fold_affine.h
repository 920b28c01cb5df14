// A product with, or a sum of, one constant a channel becomes part of the weights and bias of the
// float convolution or dense layer before it: this is how batch normalisation disappears.
#pragma once

#include "ir/graph.h"

namespace tare {

int fold_affine(Graph& graph);

}  // namespace tare
