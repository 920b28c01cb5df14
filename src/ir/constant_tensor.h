// Work on tensors whose bytes are there, for importers: weights come in their file's type and
// layout and leave in the IR's. Results share bytes with their source where nothing changes. Empty
// bytes (though elements exist): no memory.
#pragma once

#include <span>
#include <vector>

#include "ir/tensor.h"

namespace tare {

// The same values in another floating-point type, rounded to nearest even.
TensorValue cast_floats(TensorValue tensor, DType dtype);
// Any real type to any other; floats to integers go towards zero, as a C cast, and stay in range.
TensorValue cast_numbers(TensorValue tensor, DType dtype);

// Dimension i of the result is dimension permutation[i] of the source.
TensorValue transposed(const TensorValue& tensor, std::span<const int> permutation);
// The same elements under another shape of as many.
TensorValue reshaped(TensorValue tensor, Shape shape);
// Elements begin..end of one axis.
TensorValue sliced(const TensorValue& tensor, int axis, std::int64_t begin, std::int64_t end);

// Elements of any real type as doubles, and back.
std::vector<double> numbers_of(const TensorValue& tensor);
TensorValue tensor_of(std::span<const double> numbers, DType dtype, Shape shape);
TensorValue strings_tensor(std::span<const std::string> strings, Shape shape);

}  // namespace tare
