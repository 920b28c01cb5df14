// The product of a tensor and a layer's kernel by an equation: what EinsumDense and attention are
// made of.
#pragma once

#include "ports/keras_layer.h"

namespace tare {

// The layer's weights are "kernel" and, where wanted, "bias", which is stored in the shape that
// broadcasts.
ValueId project(KerasLayer& layer, ValueId x, std::string_view equation, bool bias);

}  // namespace tare
