// Logistic and tanh of 16-bit fixed-point numbers, bit for bit as gemmlowp's approximations give
// them in TFLite's integer recurrent kernels.
#pragma once

#include <cstdint>

namespace tare {

// Of x / 2^12, as 2^15ths.
std::int16_t logistic_16(std::int16_t x);
// Of x / 2^(15 - integer_bits), as 2^15ths; integer_bits in 0..6.
std::int16_t tanh_16(std::int16_t x, int integer_bits);

// round(a * b / 2^15), saturating; ties upwards.
std::int16_t saturating_rounding_doubling_high_mul(std::int16_t a, std::int16_t b);

}  // namespace tare
