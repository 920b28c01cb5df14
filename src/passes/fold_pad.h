// A border of zeros around height and width becomes the explicit padding of the convolution that
// reads it.
#pragma once

#include "ir/graph.h"

namespace tare {

int fold_pad(Graph& graph);

}  // namespace tare
