// Quantisation parameters of a tensor of the file, checked against its type and shape.
#pragma once

#include "formats/tflite/file.h"
#include "ir/tensor_type.h"

namespace tare::tflite_format {

// Null when the tensor has none that counts.
Result<std::shared_ptr<const Quantization>> read_quantization(File& file,
                                                              const tflite::SubGraph& graph,
                                                              const tflite::Tensor& tensor,
                                                              DType dtype);

}  // namespace tare::tflite_format
