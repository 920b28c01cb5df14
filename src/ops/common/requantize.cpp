// See the header; each rounding is that of the kernels that use it.
#include "ops/common/requantize.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

std::int32_t saturate(double v) {
  return static_cast<std::int32_t>(std::clamp(v, -2147483648.0, 2147483647.0));
}

template <class Out>
void store_as(const IntStore& store, const TilePoint& at, const std::int64_t* sums) {
  Out* out = reinterpret_cast<Out*>(store.output->data) + at.point * store.channels + at.channel;
  const bool wide = store.bias && store.bias->dtype == DType::kInt64;
  const auto* bias =
      store.bias && !wide ? store.bias->as<std::int32_t>().data() + at.channel : nullptr;
  const auto* wide_bias = wide ? store.bias->as<std::int64_t>().data() + at.channel : nullptr;
  const std::int32_t zero = store.output->zero_point();
  for (std::int64_t j = 0; j < at.channels; ++j) {
    const std::int64_t sum = sums[j] + (bias ? bias[j] : wide ? wide_bias[j] : 0);
    const std::int64_t scaled =
        std::int64_t{requantize(sum, store.scales[at.channel + j], store.rounding)} + zero;
    out[j] = static_cast<Out>(clamp_to(scaled, store.range));
  }
}

}  // namespace

float activate(float v, Activation activation, Range range) {
  if (activation == Activation::kTanh) return std::tanh(v);
  if (activation == Activation::kSignBit) return std::signbit(v) ? 1.0f : 0.0f;
  return std::min(std::max(v, range.min), range.max);
}

FloatBias::FloatBias(EvalContext& c, int input, ScratchParts& parts)
    : tensor_(c.has(input) ? &c.input(input) : nullptr) {
  if (tensor_ && tensor_->dtype != DType::kFloat32) part_ = parts.add<float>(tensor_->elements());
}

const float* FloatBias::data(const ScratchParts& parts) const {
  if (tensor_ == nullptr) return nullptr;
  if (tensor_->dtype == DType::kFloat32) return tensor_->as<float>().data();
  float* copy = parts.at<float>(part_);
  const LoadDouble load = load_double(tensor_->dtype);
  for (std::int64_t i = 0; i < tensor_->elements(); ++i)
    copy[i] = static_cast<float>(load(tensor_->data, i));
  return copy;
}

void FloatStore::operator()(const TilePoint& at, const float* sums) const {
  const std::int64_t first = at.point * channels + at.channel;
  const bool clamps = activation != Activation::kTanh && activation != Activation::kSignBit;
  if (clamps && !store) {
    float* out = output->as<float>().data() + first;
    for (std::int64_t j = 0; j < at.channels; ++j) {
      const float v = bias ? sums[j] + bias[at.channel + j] : sums[j];
      out[j] = std::min(std::max(v, range.min), range.max);
    }
    return;
  }
  for (std::int64_t j = 0; j < at.channels; ++j) {
    const float v = activate(bias ? sums[j] + bias[at.channel + j] : sums[j], activation, range);
    if (store)
      store(output->data, first + j, v);
    else
      output->as<float>()[static_cast<std::size_t>(first + j)] = v;
  }
}

void fill_scales(const ScaleSource& from, std::int64_t channels, ChannelScale* scales) {
  const auto& of_weights = from.weights.quantization;
  const bool each = of_weights && of_weights->scales.size() > 1;
  for (std::int64_t i = 0; i < channels; ++i) {
    if (i > 0 && !each) {
      scales[i] = scales[0];
      continue;
    }
    const float weight =
        each ? of_weights->scales[static_cast<std::size_t>(i)] : from.weights.scale();
    const double product = from.product_in_float ? static_cast<double>(from.input.scale() * weight)
                                                 : static_cast<double>(from.input.scale()) *
                                                       static_cast<double>(weight);
    scales[i].real = product / static_cast<double>(from.output.scale());
    scales[i].fixed = quantize_multiplier(scales[i].real);
  }
}

bool has_scale(EvalContext& c, const Tensor& output) {
  return c.require(output.quantization != nullptr, "integer output without quantisation");
}

std::int32_t requantize(std::int64_t sum, const ChannelScale& scale, Rounding rounding) {
  switch (rounding) {
    case Rounding::kWide:
      return multiply_by_quantized_multiplier(sum, scale.fixed);
    case Rounding::kReal:
      return saturate(std::round(static_cast<double>(sum) * scale.real));
    case Rounding::kNone:
      return static_cast<std::int32_t>(sum);
    default:
      return multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), scale.fixed);
  }
}

void IntStore::operator()(const TilePoint& at, const std::int64_t* sums) const {
  switch (output->dtype) {
    case DType::kInt16:
      return store_as<std::int16_t>(*this, at, sums);
    case DType::kInt32:
      return store_as<std::int32_t>(*this, at, sums);
    default:
      return store_as<std::uint8_t>(*this, at, sums);  // int8 has the same bits
  }
}

void HybridStore::operator()(const TilePoint& at, const std::int64_t* sums) const {
  const auto& scales = weights->quantization;
  const bool each = scales && scales->scales.size() > 1;
  float* out = output->as<float>().data() + at.point * channels + at.channel;
  for (std::int64_t j = 0; j < at.channels; ++j) {
    const std::int64_t channel = at.channel + j;
    const float scale =
        image_scales[at.image] *
        (each ? scales->scales[static_cast<std::size_t>(channel)] : weights->scale());
    const float v = static_cast<float>(sums[j]) * scale;
    out[j] = activate(bias ? v + bias[channel] : v, activation, range);
  }
}

}  // namespace tare
