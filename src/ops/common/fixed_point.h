// Fixed-point arithmetic of TFLite's reference kernels. A real multiplier is m * 2^(shift - 31)
// with m in [2^30, 2^31). Source: the TFLite 8-bit quantisation specification and gemmlowp's
// fixed-point primitives.
#pragma once

#include <cstdint>

namespace tare {

struct QuantizedMultiplier {
  std::int32_t multiplier = 0;
  int shift = 0;
};

// The nearest fixed-point form of a real multiplier; 0 for 0 and for what is too small to matter.
QuantizedMultiplier quantize_multiplier(double real);

// round(a * b / 2^31), saturating; ties upwards.
std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b);
// round(x / 2^exponent); ties away from zero.
std::int32_t rounding_divide_by_pot(std::int32_t x, int exponent);

// x * m with two roundings, as 8-bit kernels do.
std::int32_t multiply_by_quantized_multiplier(std::int32_t x, QuantizedMultiplier m);
// x * m for 48-bit accumulators with a 16-bit multiplier and one rounding, as 16x8 kernels do.
std::int32_t multiply_by_quantized_multiplier(std::int64_t x, QuantizedMultiplier m);

}  // namespace tare
