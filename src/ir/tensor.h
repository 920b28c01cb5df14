// Tensors that have data: a view for kernels (Tensor) and a value that owns its bytes
// (TensorValue).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "ir/object.h"
#include "ir/tensor_type.h"

namespace tare {

// Shape is fully known. Numeric and string tensors use data/size, handle tensors use handles (one
// per element).
struct Tensor {
  DType dtype = DType::kFloat32;
  Shape shape;
  const Quantization* quantization = nullptr;
  std::byte* data = nullptr;
  std::size_t size = 0;  // bytes
  std::span<ObjectPtr> handles;

  std::int64_t elements() const { return shape.elements(); }
  float scale() const { return quantization ? quantization->scales[0] : 1.0f; }
  std::int32_t zero_point() const { return quantization ? quantization->zero_points[0] : 0; }

  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data), size / sizeof(T)};
  }
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(data), size / sizeof(T)};
  }
};

// Owns. `bytes` is a Buffer so that results can be passed on without a copy.
struct TensorValue {
  TensorType type;
  Buffer bytes;
  std::vector<ObjectPtr> handles;

  // A tensor of a known shape, zeroed. Empty bytes (though elements exist) mean that memory ran
  // out.
  static TensorValue zeros(const TensorType& type);
  static TensorValue copy_of(const Tensor& tensor);
  Tensor view();
  Tensor view() const;  // for reading only
};

// Size in bytes of a known numeric shape; empty when unknown or too large for this machine's
// size_t.
std::optional<std::size_t> byte_size(DType dtype, const Shape& shape);

// Element i of any integer or bool tensor, as int64.
std::int64_t integer_at(const Tensor& tensor, std::int64_t i);

}  // namespace tare
