// Radix 2, by decimation in time: elements in bit-reversed order, then butterflies of growing span.
#include "ops/common/fourier.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace tare {
namespace {

using Complex = std::complex<double>;

void reverse_bits(std::span<Complex> values) {
  std::size_t mirror = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    std::size_t bit = values.size() >> 1;
    for (; mirror & bit; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (i < mirror) std::swap(values[i], values[mirror]);
  }
}

}  // namespace

void fourier_transform(std::span<Complex> values) {
  reverse_bits(values);
  for (std::size_t span = 2; span <= values.size(); span *= 2) {
    const std::size_t half = span / 2;
    for (std::size_t k = 0; k < half; ++k) {
      const double angle =
          -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(span);
      const double c = std::cos(angle), s = std::sin(angle);
      for (std::size_t i = k; i < values.size(); i += span) {
        const Complex a = values[i], b = values[i + half];
        // Written out, since the operator tests for infinities.
        const Complex turned(b.real() * c - b.imag() * s, b.real() * s + b.imag() * c);
        values[i] = a + turned;
        values[i + half] = a - turned;
      }
    }
  }
}

}  // namespace tare
