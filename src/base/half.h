// IEEE 754 binary16 and bfloat16 to and from binary32, rounding to nearest even.
#pragma once

#include <bit>
#include <cstdint>

namespace tare {

float half_to_float(std::uint16_t half);
std::uint16_t float_to_half(float value);

inline float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t float_to_bfloat16(float value);

}  // namespace tare
