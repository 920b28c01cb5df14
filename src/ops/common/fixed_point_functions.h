// Functions on 32-bit fixed-point numbers as TFLite's quantised kernels compute them (gemmlowp's
// approximations). A number with b integer bits is raw * 2^(b - 31).
#pragma once

#include <cstdint>

#include "ops/common/fixed_point.h"

namespace tare {

// raw * 2^exponent: saturating to the left, rounding (ties away from zero) to the right.
std::int32_t multiply_by_power_of_two(std::int32_t raw, int exponent);
// The same number with another count of integer bits.
inline std::int32_t rescale(std::int32_t raw, int from, int to) {
  return multiply_by_power_of_two(raw, from - to);
}

// exp(x) for x <= 0 with `integer_bits` (at most 5); 0 integer bits.
std::int32_t exp_of_negative(std::int32_t raw, int integer_bits);
// 1 / (1 + x) for 0 <= x < 1; both with 0 integer bits.
std::int32_t one_over_one_plus(std::int32_t raw);
// log(x) for x >= 1.
std::int32_t log_of_at_least_one(std::int32_t raw, int integer_bits, int result_integer_bits);

// 1 / x as mantissa * 2^-bits_over_unit, the mantissa with 0 integer bits.
struct Reciprocal {
  std::int32_t mantissa;
  int bits_over_unit;
};
Reciprocal reciprocal_of(std::int32_t raw, int integer_bits);

// 1 / sqrt(x) of a whole number; 1 for 0.
QuantizedMultiplier inverse_square_root(std::int32_t x);

// Multiplier that brings differences of a quantised input (times beta) to 5 integer bits, the
// smallest difference that does not overflow, and the multiplier back.
struct ExpScaling {
  QuantizedMultiplier multiplier;
  std::int32_t smallest;
};
inline constexpr int kExpIntegerBits = 5;
ExpScaling exp_scaling(double beta, double input_scale);

}  // namespace tare
