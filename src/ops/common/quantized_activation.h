// The clamp that a fused activation is in quantised numbers.
#pragma once

#include <cstdint>

#include "ir/activation.h"
#include "ir/tensor.h"

namespace tare {

// The limits of the output's type, narrowed by the activation's range rounded into the output's
// quantisation.
IntRange quantized_activation_range(Activation activation, const Tensor& output);

inline std::int32_t clamp_to(std::int64_t v, IntRange range) {
  return static_cast<std::int32_t>(v < range.min ? range.min : v > range.max ? range.max : v);
}

}  // namespace tare
