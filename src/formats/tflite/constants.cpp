// Sizes are compared with the file before anything is allocated.
#include "formats/tflite/constants.h"

#include <algorithm>

#include "formats/tflite/sparsity.h"
#include "ir/strings.h"
#include "ir/tensor.h"

namespace tare::tflite_format {
namespace {

Error invalid(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

Result<Buffer> allocate(File& file, std::size_t size) {
  if (!file.constants.spend(size))
    return Error{Code::kBudgetExceeded, "the constants exceed the memory budget", {}};
  Buffer buffer = Buffer::allocate(size);
  if (!buffer) return Error{Code::kBudgetExceeded, "out of memory", {}};
  return buffer;
}

Result<Buffer> copy(File& file, const Buffer& data) {
  auto buffer = allocate(file, data.size());
  if (buffer) std::copy(data.bytes().begin(), data.bytes().end(), buffer->mutable_data());
  return buffer;
}

// Two to a byte, low half first, sign-extended.
Result<Buffer> unpack_int4(File& file, const Buffer& data, std::size_t elements) {
  auto buffer = allocate(file, elements);
  if (!buffer) return buffer;
  for (std::size_t i = 0; i < elements; ++i) {
    const auto pair = static_cast<unsigned>(data.data()[i / 2]);
    const unsigned half = i % 2 == 0 ? pair & 15u : pair >> 4;
    buffer->mutable_data()[i] = static_cast<std::byte>((half ^ 8u) - 8u);
  }
  return buffer;
}

// A bool that is neither 0 nor 1 would be counted, compared and negated in different ways by
// different kernels.
Result<Buffer> normalise_bools(File& file, Buffer data) {
  const auto bytes = data.bytes();
  if (std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; }))
    return data;
  auto buffer = copy(file, data);
  if (buffer) {
    for (std::size_t i = 0; i < buffer->size(); ++i) {
      if (buffer->data()[i] != std::byte{0}) buffer->mutable_data()[i] = std::byte{1};
    }
  }
  return buffer;
}

bool aligned(const Buffer& data, DType dtype) {
  const std::size_t alignment = std::min<std::size_t>(dtype_size(dtype), is_complex(dtype) ? 4 : 8);
  return alignment == 0 || reinterpret_cast<std::uintptr_t>(data.data()) % alignment == 0;
}

std::string shortage(std::size_t need, std::size_t got, const TensorType& type) {
  return std::string(dtype_name(type.dtype)) + type.shape.text() + " needs " +
         std::to_string(need) + " bytes, its buffer has " + std::to_string(got);
}

Result<Buffer> read_dense(File& file, const Buffer& data, const TensorType& type) {
  const std::size_t size = *byte_size(type.dtype, type.shape);
  const std::size_t stored = type.dtype == DType::kInt4 ? size / 2 + size % 2 : size;
  if (data.size() < stored) return invalid(shortage(stored, data.size(), type));
  if (type.dtype == DType::kInt4) return unpack_int4(file, data, size);
  const Buffer part = data.slice(0, size);
  if (type.dtype == DType::kBool) return normalise_bools(file, part);
  if (!aligned(part, type.dtype)) return copy(file, part);
  return part;
}

}  // namespace

bool has_data(const File& file, const tflite::Tensor& tensor) {
  if (tensor.buffer() >= size_of(file.model->buffers())) return false;
  const auto* buffer = file.model->buffers()->Get(tensor.buffer());
  return size_of(buffer->data()) != 0 || (buffer->offset() > 1 && buffer->size() != 0);
}

Result<Buffer> read_constant(File& file, const tflite::Tensor& tensor, const TensorType& type) {
  if (is_handle(type.dtype)) return invalid("a handle cannot be a constant");
  const auto data = file.data_of(*file.model->buffers()->Get(tensor.buffer()));
  if (!data) return invalid("its buffer lies outside the file");
  if (type.dtype == DType::kString) {
    if (!strings_are_sound(data->bytes(), *type.shape.checked_elements())) {
      return invalid("the table of strings does not fit its buffer or shape " + type.shape.text());
    }
    return *data;
  }
  if (tensor.sparsity() == nullptr) return read_dense(file, *data, type);
  if (!file.constants.spend(*byte_size(type.dtype, type.shape))) {
    return Error{Code::kBudgetExceeded, "the constants exceed the memory budget", {}};
  }
  return expand_sparse({.sparsity = *tensor.sparsity(), .type = type, .values = data->bytes()});
}

}  // namespace tare::tflite_format
