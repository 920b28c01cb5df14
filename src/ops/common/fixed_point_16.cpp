// Numbers are raw integers whose format, Qm.n, stands in the names: q0 has no integer bits, q2 two.
// Products of raw numbers add their integer bits. Sources: gemmlowp's fixed-point document and
// TFLite's quantisation specification.
#include "ops/common/fixed_point_16.h"

#include <algorithm>
#include <limits>

#include "ops/common/fixed_point.h"

namespace tare {
namespace {

using I16 = std::int16_t;
using I32 = std::int32_t;

constexpr I16 kOne = std::numeric_limits<I16>::max();

I16 mul(I16 a, I16 b) { return saturating_rounding_doubling_high_mul(a, b); }
// Sums wrap, as the reference's do.
I16 wrap(I32 v) { return static_cast<I16>(v); }
I16 saturate(I32 v) {
  return static_cast<I16>(std::clamp<I32>(v, std::numeric_limits<I16>::min(), kOne));
}

// v * 2^exponent: to the left saturating, to the right rounding.
I16 shift(I16 v, int exponent) {
  if (exponent < 0) return static_cast<I16>(rounding_divide_by_pot(v, -exponent));
  return saturate(static_cast<I32>(v) * (1 << exponent));
}

I16 half_sum(I16 a, I16 b) {
  const I32 sum = a + b;
  return static_cast<I16>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

// Constants come as the 32-bit form rounded to 16 bits.
constexpr I16 kExpMinusEighth = 28918;  // 1895147668
constexpr I16 kThird = 10923;           // 715827883

// exp(a) for a in [-1/4, 0): a Taylor series around -1/8.
I16 exp_of_small_q0(I16 a) {
  const I16 x = wrap(a + (1 << 12));
  const I16 x2 = mul(x, x), x3 = mul(x2, x), x4 = mul(x2, x2);
  const I16 cubes = mul(wrap(shift(x4, -2) + x3), kThird);
  const I16 tail = shift(wrap(cubes + x2), -1);
  return saturate(kExpMinusEighth + mul(kExpMinusEighth, wrap(x + tail)));
}

// exp(a) for a <= 0 with `bits` integer bits: the remainder's binary digits each multiply by a
// constant.
I16 exp_of_negative_q0(I16 a, int bits) {
  constexpr I16 kFactors[] = {25520, 19875, 12055, 4435, 600, 11, 0};  // exp(-2^e) for e = -2..4
  const int fraction_bits = 15 - bits;
  const I16 quarter = wrap(1 << (fraction_bits - 2));
  const I16 small = wrap((a & (quarter - 1)) - quarter);
  I16 result = exp_of_small_q0(shift(small, bits));
  const I16 remainder = wrap(small - a);
  for (int e = -2; e <= 4 && bits > e; ++e) {
    if (remainder & (1 << (fraction_bits + e))) result = mul(result, kFactors[e + 2]);
  }
  if (bits > 5 && a < -(1 << (20 - bits))) result = 0;
  return a == 0 ? kOne : result;
}

// 1 / half_denominator by Newton's method, in q2.
I16 reciprocal_q2(I16 half_denominator) {
  constexpr I16 k48Over17 = 23130;        // 1515870810
  constexpr I16 kMinus32Over17 = -15420;  // -1010580540
  I16 x = wrap(k48Over17 + mul(half_denominator, kMinus32Over17));
  for (int i = 0; i < 3; ++i) {
    const I16 rest = wrap((1 << 13) - mul(half_denominator, x));
    x = wrap(x + shift(mul(x, rest), 2));
  }
  return x;
}

}  // namespace

std::int16_t saturating_rounding_doubling_high_mul(std::int16_t a, std::int16_t b) {
  if (a == b && a == std::numeric_limits<I16>::min()) return kOne;
  // A shift rounds negative halves up, as the reference's division of a nudged product does.
  return static_cast<I16>((static_cast<I32>(a) * b + (1 << 14)) >> 15);
}

std::int16_t logistic_16(std::int16_t x) {
  if (x == 0) return 1 << 14;
  const I16 negative = x > 0 ? wrap(-x) : x;
  // The reference negates its argument twice: -32768 stays what it is.
  const I16 e = exp_of_negative_q0(negative, 3);
  // 1 / (1 + e) is half the reciprocal of half the denominator.
  const I16 positive = shift(reciprocal_q2(half_sum(e, kOne)), 1);
  return x > 0 ? positive : wrap(kOne - positive);
}

std::int16_t tanh_16(std::int16_t x, int integer_bits) {
  if (x == 0) return 0;
  const I16 negative = x < 0 ? x : wrap(-x);
  // exp(-2|x|): one more integer bit doubles the number.
  const I16 e = exp_of_negative_q0(negative, integer_bits + 1);
  const I16 t = shift(wrap(reciprocal_q2(half_sum(e, kOne)) - (1 << 13)), 2);
  return x < 0 ? wrap(-t) : t;
}

}  // namespace tare
