// The vector that recurrent ops multiply weights with at each step: floats for float weights, and
// for int8 weights the same quantised at run time, as TFLite's hybrid kernels do.
#pragma once

#include "ops/common/scratch_parts.h"

namespace tare {

class RunVector {
 public:
  // Room for `size` values, quantised ones and products of `rows` rows, where hybrid.
  RunVector(ScratchParts& parts, std::int64_t size, std::int64_t rows, bool hybrid)
      : size_(size),
        quantised_part_(parts.add<std::int16_t>(hybrid ? size : 0)),
        products_part_(parts.add<std::int32_t>(hybrid ? rows : 0)),
        hybrid_(hybrid) {}
  void bind(const ScratchParts& parts) {
    quantised_ = parts.at<std::int16_t>(quantised_part_);
    products_ = parts.at<std::int32_t>(products_part_);
  }

  void set(const float* values, bool asymmetric);
  // out[r] += row r of the weights . this; weights are float32 or have one scale.
  void add_products(const Tensor& weights, std::int64_t rows, float* out) const;
  const float* values() const { return values_; }

 private:
  std::int64_t size_;
  std::size_t quantised_part_;
  std::size_t products_part_;
  bool hybrid_;
  std::int16_t* quantised_ = nullptr;
  std::int32_t* products_ = nullptr;
  const float* values_ = nullptr;
  float scale_ = 1.0f;
  bool zero_ = true;
};

// True for 8-bit weights that meet float inputs.
inline bool is_run_time_quantised(const Tensor* weights) {
  return weights != nullptr && weights->dtype != DType::kFloat32;
}

}  // namespace tare
