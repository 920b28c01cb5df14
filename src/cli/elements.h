// One element of a tensor of any type, read and written as the number or text a person would say. A
// value that the element type cannot hold (2.5 or 300 for an int8) is refused; rounding a real to a
// narrower float is not.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "ir/tensor.h"

namespace tare::cli {

// For numeric element types, int4 to complex128; real parts of complex ones.
double real_element(const Tensor& tensor, std::int64_t i);
double imaginary_element(const Tensor& tensor, std::int64_t i);

// Numbers a tensor's data consist of: complex elements are two, real and imaginary in turn.
std::int64_t number_count(const Tensor& tensor);

// Number i, counted as number_count does. False: the element type cannot hold it.
bool set_real(Tensor& tensor, std::int64_t i, double value);
bool set_integer(Tensor& tensor, std::int64_t i, std::int64_t value);
bool set_natural(Tensor& tensor, std::int64_t i, std::uint64_t value);
// "NaN", "-Infinity", "9007199254740993", "3.5", "true"
bool set_text(Tensor& tensor, std::int64_t i, std::string_view text);

// The same elements in another type.
Result<TensorValue> convert_elements(const TensorValue& from, DType to);

// The element type of this name ("float32"), as dtype_name gives it.
std::optional<DType> dtype_of(std::string_view name);

}  // namespace tare::cli
