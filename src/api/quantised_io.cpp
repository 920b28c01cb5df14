// One loop per direction over every integer type that may carry a scale; speed is that of the copy
// it replaces.
#include "api/quantised_io.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tare {
namespace {

template <class T>
void quantise_as(std::span<const float> reals, Tensor& stored) {
  const IntRange range = int_range(stored.dtype);
  const float scale = stored.scale();
  const auto zero_point = static_cast<float>(stored.zero_point());
  const std::span<T> out = stored.as<T>();
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const float steps = std::isnan(reals[i]) ? 0.0f : std::round(reals[i] / scale);
    out[i] = static_cast<T>(std::clamp(steps + zero_point, static_cast<float>(range.min),
                                       static_cast<float>(range.max)));
  }
}

template <class T>
void dequantise_as(const Tensor& stored, std::span<float> reals) {
  const double scale = stored.scale();
  const std::int32_t zero_point = stored.zero_point();
  const std::span<const T> in = stored.as<T>();
  for (std::size_t i = 0; i < reals.size(); ++i) {
    reals[i] = static_cast<float>(scale * (static_cast<std::int32_t>(in[i]) - zero_point));
  }
}

}  // namespace

bool is_quantised_io(const TensorType& type) {
  if (!type.quantized() || !type.quantization->per_tensor()) return false;
  switch (type.dtype) {
    case DType::kInt4:
    case DType::kInt8:
    case DType::kInt16:
    case DType::kUint8:
    case DType::kUint16:
      return true;
    default:
      return false;
  }
}

void quantise(std::span<const float> reals, Tensor& stored) {
  switch (stored.dtype) {
    case DType::kInt4:
      return quantise_as<std::int8_t>(reals, stored);
    case DType::kInt8:
      return quantise_as<std::int8_t>(reals, stored);
    case DType::kInt16:
      return quantise_as<std::int16_t>(reals, stored);
    case DType::kUint8:
      return quantise_as<std::uint8_t>(reals, stored);
    case DType::kUint16:
      return quantise_as<std::uint16_t>(reals, stored);
    default:
      return;
  }
}

void dequantise(const Tensor& stored, std::span<float> reals) {
  switch (stored.dtype) {
    case DType::kInt4:
    case DType::kInt8:
      return dequantise_as<std::int8_t>(stored, reals);
    case DType::kInt16:
      return dequantise_as<std::int16_t>(stored, reals);
    case DType::kUint8:
      return dequantise_as<std::uint8_t>(stored, reals);
    case DType::kUint16:
      return dequantise_as<std::uint16_t>(stored, reals);
    default:
      return;
  }
}

}  // namespace tare
