// What becomes of finished sums: floats get bias and activation; integers are scaled to the
// output's quantisation with the rounding of TFLite's kernels; integers of hybrid ops (float input
// quantised at run time) become floats.
#pragma once

#include <cstdint>

#include "ir/activation.h"
#include "ir/eval_context.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point.h"
#include "ops/common/quantized_activation.h"
#include "ops/common/scratch_parts.h"

namespace tare {

// Where sums belong: image (row of a hybrid product), output point counted over all images, first
// channel and count.
struct TilePoint {
  std::int64_t image;
  std::int64_t point;
  std::int64_t channel;
  std::int64_t channels;
};

float activate(float v, Activation activation, Range range);

// The bias as float32: the tensor's own data, or a copy in scratch when it has another float type.
class FloatBias {
 public:
  FloatBias(EvalContext& c, int input, ScratchParts& parts);
  const float* data(const ScratchParts& parts) const;

 private:
  const Tensor* tensor_;
  std::size_t part_ = 0;
};

struct FloatStore {
  Tensor* output;
  std::int64_t channels;  // of the output
  const float* bias = nullptr;
  Activation activation = Activation::kNone;
  Range range = activation_range(activation);
  StoreDouble store = output->dtype == DType::kFloat32 ? nullptr : store_double(output->dtype);
  void operator()(const TilePoint& at, const float* sums) const;
};

enum class Rounding {
  kTwice,  // a 32-bit multiplier and a shift, each rounded: 8-bit convolutions
  kWide,   // 64-bit sums, a 16-bit multiplier
  kReal,   // sum times scale in double, rounded once
  kNone,   // sums as they are
};

struct ChannelScale {
  QuantizedMultiplier fixed;
  double real;
};

struct IntStore {
  Tensor* output;
  std::int64_t channels;
  const ChannelScale* scales;  // one a channel
  const Tensor* bias = nullptr;
  Rounding rounding = Rounding::kTwice;
  IntRange range{};
  void operator()(const TilePoint& at, const std::int64_t* sums) const;
};

// Real scale of sums of each channel: input scale * weight scale / output scale. TFLite multiplies
// the first two in float32 where it has one scale for all (legacy uint8, matrix products).
struct ScaleSource {
  const Tensor& input;
  const Tensor& weights;
  const Tensor& output;
  bool product_in_float = false;
};
void fill_scales(const ScaleSource& from, std::int64_t channels, ChannelScale* scales);

// False after failing: integers say nothing without a scale.
bool has_scale(EvalContext& c, const Tensor& output);

// One sum to the output's stored number.
std::int32_t requantize(std::int64_t sum, const ChannelScale& scale, Rounding rounding);

struct HybridStore {
  Tensor* output;
  std::int64_t channels;
  const float* image_scales;
  const Tensor* weights;  // their scale, or scales by channel
  const float* bias = nullptr;
  Activation activation = Activation::kNone;
  Range range = activation_range(activation);
  void operator()(const TilePoint& at, const std::int64_t* sums) const;
};

}  // namespace tare
