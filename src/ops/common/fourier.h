// The discrete Fourier transform of lengths that are powers of two, forward, in double precision.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

namespace tare {

// In place.
void fourier_transform(std::span<std::complex<double>> values);

inline bool is_power_of_two(std::int64_t v) { return v > 0 && (v & (v - 1)) == 0; }

}  // namespace tare
