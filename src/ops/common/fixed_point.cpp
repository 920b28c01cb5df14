// See the header for the source of each rule.
#include "ops/common/fixed_point.h"

#include <cmath>
#include <limits>

namespace tare {

QuantizedMultiplier quantize_multiplier(double real) {
  if (real == 0.0 || !std::isfinite(real)) return {};
  int shift = 0;
  const double fraction = std::frexp(real, &shift);
  auto fixed = static_cast<std::int64_t>(std::round(fraction * 2147483648.0));
  if (fixed == std::int64_t{1} << 31) {
    fixed /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  // Shifts of 31 and more saturate every input anyway.
  if (shift > 30) return {std::numeric_limits<std::int32_t>::max(), 30};
  return {static_cast<std::int32_t>(fixed), shift};
}

std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
  if (a == b && a == std::numeric_limits<std::int32_t>::min())
    return std::numeric_limits<std::int32_t>::max();
  // A shift rounds negative halves up, as the reference's division of a nudged product does.
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b + (std::int64_t{1} << 30)) >>
                                   31);
}

std::int32_t rounding_divide_by_pot(std::int32_t x, int exponent) {
  const auto mask = static_cast<std::int32_t>((std::int64_t{1} << exponent) - 1);
  const std::int32_t remainder = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

std::int32_t multiply_by_quantized_multiplier(std::int32_t x, QuantizedMultiplier m) {
  const int left = m.shift > 0 ? m.shift : 0;
  const int right = m.shift > 0 ? 0 : -m.shift;
  // The shift wraps as two's complement does in the reference.
  const auto shifted = static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << left);
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, m.multiplier),
                                right);
}

std::int32_t multiply_by_quantized_multiplier(std::int64_t x, QuantizedMultiplier m) {
  const std::int32_t reduced =
      m.multiplier < 0x7FFF0000 ? (m.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int total = 15 - m.shift;
  const std::int64_t product =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(x) *
                                static_cast<std::uint64_t>(static_cast<std::int64_t>(reduced)));
  // Multipliers beyond 2^14 leave no bit to round; no quantised model has one.
  if (total < 1)
    return product < 0 ? std::numeric_limits<std::int32_t>::min()
                       : std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>((product + (std::int64_t{1} << (total - 1))) >> total);
}

}  // namespace tare
