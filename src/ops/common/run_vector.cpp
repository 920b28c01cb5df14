// A vector of zeros adds nothing, whatever the weights: states start so, and the reference skips
// them too.
#include "ops/common/run_vector.h"

#include <algorithm>

#include "ops/common/dynamic_quantization.h"
#include "ops/common/row_products.h"

namespace tare {

void RunVector::set(const float* values, bool asymmetric) {
  values_ = values;
  zero_ = std::all_of(values, values + size_, [](float v) { return v == 0.0f; });
  if (zero_ || !hybrid_) return;
  scale_ = (asymmetric ? quantize_asymmetric : quantize_symmetric)(values, size_, quantised_);
}

void RunVector::add_products(const Tensor& weights, std::int64_t rows, float* out) const {
  if (zero_) return;
  if (weights.dtype == DType::kFloat32)
    return add_row_products({rows, size_}, weights.as<float>().data(), values_, out);
  row_products({rows, size_}, weights.as<std::int8_t>().data(), quantised_, products_);
  const float scale = weights.scale() * scale_;
  for (std::int64_t r = 0; r < rows; ++r) out[r] += static_cast<float>(products_[r]) * scale;
}

}  // namespace tare
