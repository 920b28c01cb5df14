// What is known of a tensor before it is seen: element type, shape and quantisation.
// real = scale * (stored - zero_point), as in the TFLite quantisation specification.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ir/dtype.h"
#include "ir/shape.h"

namespace tare {

struct Quantization {
  std::vector<float> scales;              // one (per tensor), one per channel, or one per block
  std::vector<std::int32_t> zero_points;  // as many as scales
  int axis = 0;                           // per channel: which dimension
  int block_size = 0;  // blockwise: elements of the last dimension that share a scale

  bool per_tensor() const { return block_size == 0 && scales.size() == 1; }
  bool per_channel() const { return block_size == 0 && scales.size() > 1; }
  bool operator==(const Quantization&) const = default;
};

struct TensorType {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::shared_ptr<const Quantization> quantization;

  bool quantized() const { return quantization != nullptr; }
  // Of a per-tensor quantisation; 1 and 0 where there is none.
  float scale() const { return quantization ? quantization->scales[0] : 1.0f; }
  std::int32_t zero_point() const { return quantization ? quantization->zero_points[0] : 0; }
};

inline TensorType tensor_type(DType dtype, Shape shape) { return {dtype, shape, nullptr}; }

}  // namespace tare
