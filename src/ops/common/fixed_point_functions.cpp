// Constants are the real numbers beside them, in the format of their use.
#include "ops/common/fixed_point_functions.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tare {
namespace {

using Raw = std::int32_t;
constexpr Raw kMax = std::numeric_limits<Raw>::max();
constexpr Raw kMin = std::numeric_limits<Raw>::min();

Raw add(Raw a, Raw b) {
  return static_cast<Raw>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
Raw subtract(Raw a, Raw b) {
  return static_cast<Raw>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}
Raw saturate(std::int64_t v) { return static_cast<Raw>(std::clamp<std::int64_t>(v, kMin, kMax)); }
Raw multiply(Raw a, Raw b) { return saturating_rounding_doubling_high_mul(a, b); }

Raw half_sum(Raw a, Raw b) {
  const std::int64_t sum = std::int64_t{a} + b;
  return static_cast<Raw>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

// exp(x) for -1/4 <= x < 0 by a Taylor series around -1/8; 0 integer bits.
Raw exp_of_last_quarter(Raw raw) {
  constexpr Raw kExpOfMinusEighth = 1895147668;
  constexpr Raw kThird = 715827883;
  const Raw x = add(raw, Raw{1} << 28);
  const Raw x2 = multiply(x, x);
  const Raw x3 = multiply(x2, x);
  const Raw x4 = multiply(x2, x2);
  const Raw quartic = rounding_divide_by_pot(x4, 2);
  const Raw higher = rounding_divide_by_pot(add(multiply(add(quartic, x3), kThird), x2), 1);
  return add(kExpOfMinusEighth, multiply(kExpOfMinusEighth, add(x, higher)));
}

}  // namespace

Raw multiply_by_power_of_two(Raw raw, int exponent) {
  if (exponent < 0) return rounding_divide_by_pot(raw, std::min(-exponent, 31));
  if (exponent == 0) return raw;
  const Raw limit = exponent > 31 ? 0 : static_cast<Raw>((std::int64_t{1} << (31 - exponent)) - 1);
  if (raw > limit) return kMax;
  if (raw < -limit) return kMin;
  return static_cast<Raw>(static_cast<std::uint32_t>(raw) << exponent);
}

Raw exp_of_negative(Raw raw, int integer_bits) {
  if (raw == 0) return kMax;
  const int fraction_bits = 31 - integer_bits;
  const Raw quarter = Raw{1} << (fraction_bits - 2);
  const Raw in_quarter = (raw & (quarter - 1)) - quarter;
  Raw result = exp_of_last_quarter(multiply_by_power_of_two(in_quarter, integer_bits));
  const Raw quarters = subtract(in_quarter, raw);
  // exp(-2^i) for i = -2..4
  constexpr Raw kPowers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  for (int i = -2; i <= 4 && i < integer_bits; ++i) {
    if (quarters & (Raw{1} << (fraction_bits + i))) result = multiply(result, kPowers[i + 2]);
  }
  return result;
}

Raw one_over_one_plus(Raw raw) {
  constexpr Raw k48Over17 = 1515870810, kMinus32Over17 = -1010580540;  // 2 integer bits
  constexpr Raw kOne = Raw{1} << 29;
  const Raw half_denominator = half_sum(raw, kMax);
  Raw x = add(k48Over17, multiply(half_denominator, kMinus32Over17));
  for (int i = 0; i < 3; ++i) {
    const Raw rest = subtract(kOne, multiply(half_denominator, x));
    x = add(x, multiply_by_power_of_two(multiply(x, rest), 2));
  }
  return multiply_by_power_of_two(x, 1);  // half of x, with 0 integer bits instead of 2
}

Raw log_of_at_least_one(Raw raw, int integer_bits, int result_integer_bits) {
  constexpr Raw kLog2 = 1488522236, kFourthRootOfHalf = 1805811301, kRootOfHalf = 1518500250,
                kQuarter = 536870912;
  constexpr Raw kAlphaN = 117049297, kAlphaD = 127690142, kAlphaI = 1057819769, kAlphaF = 638450708;
  const int bits = result_integer_bits + 1;  // sums may exceed the result for a moment
  const auto clz = [](Raw v) { return std::countl_zero(static_cast<std::uint32_t>(v)); };
  const Raw quarter = rescale(kQuarter, 0, bits);

  const int a_zeros = clz(raw);
  const Raw a = multiply_by_power_of_two(
      multiply(multiply_by_power_of_two(raw, a_zeros - 1), kRootOfHalf), 1);
  const Raw a_power =
      saturate(std::int64_t{multiply_by_power_of_two(integer_bits - a_zeros, 31 - bits)} + quarter);
  const int b_headroom = clz(multiply(raw, kRootOfHalf)) - 1;
  const Raw b = multiply_by_power_of_two(raw, b_headroom);
  const Raw b_power = saturate(
      std::int64_t{multiply_by_power_of_two(integer_bits - b_headroom, 31 - bits)} - quarter);
  const Raw r = std::min(a, b);
  const Raw power = std::max(a_power, b_power);

  const Raw p = half_sum(r, kFourthRootOfHalf);
  const Raw half_q = subtract(r, kFourthRootOfHalf);
  const Raw q = add(half_q, half_q);
  const Raw q2 = multiply(q, q);
  const Raw numerator = add(multiply(q, r), multiply(multiply(q, q2), kAlphaN));
  const Raw denominator =
      add(multiply(p, add(add(kAlphaI, q), multiply(kAlphaD, q2))), multiply(kAlphaF, q));
  const Raw quotient = multiply(rescale(numerator, 0, bits), one_over_one_plus(denominator));
  return rescale(add(multiply(power, kLog2), quotient), bits, result_integer_bits);
}

Reciprocal reciprocal_of(Raw raw, int integer_bits) {
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(raw));
  const std::uint32_t shifted = zeros > 31 ? 0 : static_cast<std::uint32_t>(raw) << zeros;
  return {one_over_one_plus(static_cast<Raw>(shifted - (std::uint32_t{1} << 31))),
          integer_bits - zeros};
}

QuantizedMultiplier inverse_square_root(std::int32_t x) {
  if (x <= 1) return {kMax, 0};
  int right = 11;
  for (; x >= (1 << 29); x /= 4) ++right;
  const int pairs = (std::countl_zero(static_cast<std::uint32_t>(x)) - 1) / 2 - 1;
  right -= pairs;
  x <<= 2 * pairs;
  // Newton's iteration with 3 integer bits, from 1.
  constexpr Raw kOneAndHalf = (1 << 28) + (1 << 27), kRootOfHalf = 1518500250;
  const Raw half = rounding_divide_by_pot(x >> 1, 1);
  Raw y = 1 << 28;
  for (int i = 0; i < 5; ++i) {
    const Raw cube = rescale(multiply(multiply(y, y), y), 9, 3);
    y = rescale(subtract(multiply(kOneAndHalf, y), multiply(half, cube)), 6, 3);
  }
  y = multiply(y, kRootOfHalf);
  if (right < 0) {
    y = static_cast<Raw>(static_cast<std::uint32_t>(y) << -right);
    right = 0;
  }
  return {y, -right};
}

ExpScaling exp_scaling(double beta, double input_scale) {
  const double real = std::min(beta * input_scale * (1 << (31 - kExpIntegerBits)), 2147483647.0);
  const QuantizedMultiplier m = quantize_multiplier(real);
  const double largest = ((1 << kExpIntegerBits) - 1) * std::ldexp(1.0, 31 - kExpIntegerBits) /
                         std::ldexp(1.0, m.shift);
  return {m, static_cast<std::int32_t>(-std::floor(std::min(largest, 2147483647.0)))};
}

}  // namespace tare
