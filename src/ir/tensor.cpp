// Owning tensors and access to integers of any width.
#include "ir/tensor.h"

#include <limits>

#include "base/checked.h"

namespace tare {

std::optional<std::size_t> byte_size(DType dtype, const Shape& shape) {
  const auto elements = shape.checked_elements();
  if (!elements) return std::nullopt;
  const auto bytes = checked_mul(*elements, static_cast<std::int64_t>(dtype_size(dtype)));
  // Half of the address space: differences of pointers stay representable, paddings cannot wrap.
  if (!bytes || static_cast<std::uint64_t>(*bytes) > std::numeric_limits<std::size_t>::max() / 2)
    return std::nullopt;
  return static_cast<std::size_t>(*bytes);
}

TensorValue TensorValue::zeros(const TensorType& type) {
  TensorValue value{type, {}, {}};
  const auto elements = type.shape.checked_elements();
  if (!elements) return value;
  if (is_handle(type.dtype)) {
    value.handles.resize(static_cast<std::size_t>(*elements));
  } else if (const auto bytes = byte_size(type.dtype, type.shape)) {
    value.bytes = Buffer::allocate(*bytes);
  }
  return value;
}

TensorValue TensorValue::copy_of(const Tensor& tensor) {
  TensorValue value;
  value.type.dtype = tensor.dtype;
  value.type.shape = tensor.shape;
  if (tensor.quantization)
    value.type.quantization = std::make_shared<Quantization>(*tensor.quantization);
  value.bytes = Buffer::copy_of({tensor.data, tensor.size});
  value.handles.assign(tensor.handles.begin(), tensor.handles.end());
  return value;
}

Tensor TensorValue::view() {
  return {type.dtype,           type.shape,   type.quantization.get(),
          bytes.mutable_data(), bytes.size(), handles};
}

Tensor TensorValue::view() const { return const_cast<TensorValue*>(this)->view(); }

std::int64_t integer_at(const Tensor& t, std::int64_t i) {
  const auto at = static_cast<std::size_t>(i);
  switch (t.dtype) {
    case DType::kBool:
    case DType::kUint8:
      return t.as<std::uint8_t>()[at];
    case DType::kInt4:
    case DType::kInt8:
      return t.as<std::int8_t>()[at];
    case DType::kInt16:
      return t.as<std::int16_t>()[at];
    case DType::kUint16:
      return t.as<std::uint16_t>()[at];
    case DType::kInt32:
      return t.as<std::int32_t>()[at];
    case DType::kUint32:
      return t.as<std::uint32_t>()[at];
    case DType::kInt64:
      return t.as<std::int64_t>()[at];
    case DType::kUint64:
      return static_cast<std::int64_t>(t.as<std::uint64_t>()[at]);
    default:
      return 0;
  }
}

}  // namespace tare
