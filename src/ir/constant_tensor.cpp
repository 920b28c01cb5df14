// Element by element through double; movement by element size.
#include "ir/constant_tensor.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/half.h"
#include "base/parts.h"
#include "ir/strings.h"

namespace tare {
namespace {

template <class T>
T clamp_to(double v) {
  if (std::isnan(v)) return 0;
  if (v <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  if (v >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  return static_cast<T>(v);
}

template <class T>
void widen(const TensorValue& tensor, std::vector<double>& into) {
  const auto values = tensor.bytes.as<T>();
  for (std::size_t i = 0; i < into.size(); ++i) into[i] = static_cast<double>(values[i]);
}

template <class T, class Convert>
void narrow(std::span<const double> numbers, std::byte* into, Convert convert) {
  auto* out = reinterpret_cast<T*>(into);
  for (const double v : numbers) *out++ = convert(v);
}

template <class T>
void narrow(std::span<const double> numbers, std::byte* into) {
  narrow<T>(numbers, into, [](double v) { return clamp_to<T>(v); });
}

// Copies elements in the order of the result; strides (in elements of the source) may be negative.
TensorValue gathered(const TensorValue& source, Shape shape, std::span<const std::int64_t> strides,
                     std::int64_t start) {
  TensorValue result = TensorValue::zeros(tensor_type(source.type.dtype, shape));
  if (result.bytes.empty()) return result;
  const std::size_t size = dtype_size(source.type.dtype);
  const std::byte* from = source.bytes.data();
  std::byte* to = result.bytes.mutable_data();
  std::array<std::int64_t, kMaxRank> position{};
  std::int64_t at = start;
  for (std::int64_t n = shape.elements(); n > 0; --n, to += size) {
    std::memcpy(to, from + static_cast<std::size_t>(at) * size, size);
    for (int d = shape.rank() - 1; d >= 0; --d) {
      const auto k = static_cast<std::size_t>(d);
      at += strides[k];
      if (++position[k] < shape[d]) break;
      at -= strides[k] * shape[d];
      position[k] = 0;
    }
  }
  return result;
}

// Half floats in float32: all that a build without other types has to do.
TensorValue widened(const TensorValue& half) {
  TensorValue result = TensorValue::zeros(tensor_type(DType::kFloat32, half.type.shape));
  if (result.bytes.empty()) return result;
  const auto bits = half.bytes.as<std::uint16_t>();
  auto* out = reinterpret_cast<float*>(result.bytes.mutable_data());
  for (std::size_t i = 0; i < bits.size(); ++i) out[i] = half_to_float(bits[i]);
  return result;
}

}  // namespace

TensorValue cast_floats(TensorValue tensor, DType dtype) {
  return is_float(tensor.type.dtype) && is_float(dtype) ? cast_numbers(std::move(tensor), dtype)
                                                        : tensor;
}

TensorValue cast_numbers(TensorValue tensor, DType dtype) {
  if (tensor.type.dtype == dtype) return tensor;
  if (!kParts.all_types) return widened(tensor);
  return tensor_of(numbers_of(tensor), dtype, tensor.type.shape);
}

TensorValue transposed(const TensorValue& tensor, std::span<const int> permutation) {
  const auto from = strides_of(tensor.type.shape);
  Shape shape = tensor.type.shape;
  std::array<std::int64_t, kMaxRank> strides{};
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    shape[static_cast<int>(i)] = tensor.type.shape[permutation[i]];
    strides[i] = from[static_cast<std::size_t>(permutation[i])];
  }
  return gathered(tensor, shape, strides, 0);
}

TensorValue reshaped(TensorValue tensor, Shape shape) {
  tensor.type.shape = shape;
  return tensor;
}

TensorValue sliced(const TensorValue& tensor, int axis, std::int64_t begin, std::int64_t end) {
  const auto strides = strides_of(tensor.type.shape);
  Shape shape = tensor.type.shape;
  shape[axis] = end - begin;
  return gathered(tensor, shape, strides, begin * strides[static_cast<std::size_t>(axis)]);
}

std::vector<double> numbers_of(const TensorValue& tensor) {
  const std::size_t size = dtype_size(tensor.type.dtype);
  std::vector<double> numbers(size == 0 ? 0 : tensor.bytes.size() / size);
  switch (tensor.type.dtype) {
    case DType::kFloat32:
      widen<float>(tensor, numbers);
      break;
    case DType::kFloat64:
      widen<double>(tensor, numbers);
      break;
    case DType::kFloat16: {
      const auto bits = tensor.bytes.as<std::uint16_t>();
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = half_to_float(bits[i]);
      break;
    }
    case DType::kBFloat16: {
      const auto bits = tensor.bytes.as<std::uint16_t>();
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = bfloat16_to_float(bits[i]);
      break;
    }
    case DType::kInt4:
    case DType::kInt8:
      widen<std::int8_t>(tensor, numbers);
      break;
    case DType::kInt16:
      widen<std::int16_t>(tensor, numbers);
      break;
    case DType::kInt32:
      widen<std::int32_t>(tensor, numbers);
      break;
    case DType::kInt64:
      widen<std::int64_t>(tensor, numbers);
      break;
    case DType::kBool:
    case DType::kUint8:
      widen<std::uint8_t>(tensor, numbers);
      break;
    case DType::kUint16:
      widen<std::uint16_t>(tensor, numbers);
      break;
    case DType::kUint32:
      widen<std::uint32_t>(tensor, numbers);
      break;
    case DType::kUint64:
      widen<std::uint64_t>(tensor, numbers);
      break;
    default:
      break;
  }
  return numbers;
}

TensorValue tensor_of(std::span<const double> numbers, DType dtype, Shape shape) {
  TensorValue result = TensorValue::zeros(tensor_type(dtype, shape));
  if (result.bytes.empty()) return result;
  std::byte* into = result.bytes.mutable_data();
  switch (dtype) {
    case DType::kFloat32:
      narrow<float>(numbers, into, [](double v) { return static_cast<float>(v); });
      break;
    case DType::kFloat64:
      narrow<double>(numbers, into, [](double v) { return v; });
      break;
    case DType::kFloat16:
      narrow<std::uint16_t>(numbers, into,
                            [](double v) { return float_to_half(static_cast<float>(v)); });
      break;
    case DType::kBFloat16:
      narrow<std::uint16_t>(numbers, into,
                            [](double v) { return float_to_bfloat16(static_cast<float>(v)); });
      break;
    case DType::kBool:
      narrow<std::uint8_t>(numbers, into, [](double v) -> std::uint8_t { return v != 0; });
      break;
    case DType::kInt4:
    case DType::kInt8:
      narrow<std::int8_t>(numbers, into);
      break;
    case DType::kInt16:
      narrow<std::int16_t>(numbers, into);
      break;
    case DType::kInt32:
      narrow<std::int32_t>(numbers, into);
      break;
    case DType::kInt64:
      narrow<std::int64_t>(numbers, into);
      break;
    case DType::kUint8:
      narrow<std::uint8_t>(numbers, into);
      break;
    case DType::kUint16:
      narrow<std::uint16_t>(numbers, into);
      break;
    case DType::kUint32:
      narrow<std::uint32_t>(numbers, into);
      break;
    case DType::kUint64:
      narrow<std::uint64_t>(numbers, into);
      break;
    default:
      break;
  }
  return result;
}

TensorValue strings_tensor(std::span<const std::string> strings, Shape shape) {
  return {tensor_type(DType::kString, shape), pack_strings(strings), {}};
}

}  // namespace tare
