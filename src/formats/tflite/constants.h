// The bytes of a constant tensor, in the layout the IR keeps: int4 one to a byte, sparse ones
// expanded.
#pragma once

#include "formats/tflite/file.h"
#include "ir/tensor_type.h"

namespace tare::tflite_format {

// True when the file holds data for the tensor, be they sound or not.
bool has_data(const File& file, const tflite::Tensor& tensor);

// Aliases the file where alignment allows it. The type is the tensor's own, with a known shape.
Result<Buffer> read_constant(File& file, const tflite::Tensor& tensor, const TensorType& type);

}  // namespace tare::tflite_format
