// Ranges in the stored numbers of the output.
#include "ops/common/quantized_activation.h"

#include <algorithm>
#include <cmath>

namespace tare {

IntRange quantized_activation_range(Activation activation, const Tensor& output) {
  IntRange range = int_range(output.dtype);
  const Range real = activation_range(activation);
  const auto quantize = [&](float v) {
    const double q = output.zero_point() + std::round(static_cast<double>(v / output.scale()));
    return static_cast<std::int32_t>(std::clamp(q, -2147483648.0, 2147483647.0));
  };
  if (std::isfinite(real.min)) range.min = std::max(range.min, quantize(real.min));
  if (std::isfinite(real.max)) range.max = std::min(range.max, quantize(real.max));
  return range;
}

}  // namespace tare
