// NaN and infinities quantise to some number in range; their results mean nothing, as in TFLite.
#include "ops/common/dynamic_quantization.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

std::int16_t to_range(float v, float low, float high) {
  return static_cast<std::int16_t>(std::isnan(v) ? 0.0f : std::clamp(std::round(v), low, high));
}

// In double, so that range / 255 rounds once.
std::int32_t zero_point_of(double low, double high, double scale) {
  const double from_low = -128.0 - low / scale;
  const double from_high = 127.0 - high / scale;
  const double error_low = 128.0 + std::abs(low / scale);
  const double error_high = 127.0 + std::abs(high / scale);
  const double zero = error_low < error_high ? from_low : from_high;
  return static_cast<std::int32_t>(std::isnan(zero) ? 0.0
                                                    : std::clamp(std::round(zero), -128.0, 127.0));
}

}  // namespace

float quantize_symmetric(const float* values, std::int64_t count, std::int16_t* out) {
  float low = 0.0f, high = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) {
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  const float range = std::max(-low, high);
  if (range == 0.0f) {
    std::fill(out, out + count, std::int16_t{0});
    return 1.0f;
  }
  const float inverse = 127.0f / range;
  for (std::int64_t i = 0; i < count; ++i) out[i] = to_range(values[i] * inverse, -127.0f, 127.0f);
  return range / 127.0f;
}

float quantize_asymmetric(const float* values, std::int64_t count, std::int16_t* out) {
  float low = 0.0f, high = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) {
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  if (low == high) {
    std::fill(out, out + count, std::int16_t{0});
    return 1.0f;
  }
  const double exact = (static_cast<double>(high) - static_cast<double>(low)) / 255.0;
  const std::int32_t zero = zero_point_of(low, high, exact);
  const auto scale = static_cast<float>(exact);
  const float inverse = 1.0f / scale;
  for (std::int64_t i = 0; i < count; ++i) {
    const float q = static_cast<float>(zero) + values[i] * inverse;
    out[i] = static_cast<std::int16_t>(to_range(q, -128.0f, 127.0f) - zero);
  }
  return scale;
}

}  // namespace tare
