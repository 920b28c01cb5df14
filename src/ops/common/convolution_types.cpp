// One function for each arithmetic; all of them fill a store and call convolve.
#include "ops/common/convolution_types.h"

#include <algorithm>

#include "ops/common/dynamic_quantization.h"
#include "ops/common/scratch_parts.h"

namespace tare {
namespace {

std::int64_t channels_of(const ConvolutionShape& s) { return s.groups * s.group_outputs; }

void run_float(EvalContext& c, const ConvolutionRun& r) {
  const Tensor& x = c.input(r.input);
  ScratchParts parts;
  const std::size_t tile = parts.add<float>(tile_size(r.shape));
  const std::size_t input = parts.add<float>(x.dtype == DType::kFloat32 ? 0 : x.elements());
  const FloatBias bias(c, r.bias, parts);
  if (!parts.allocate(c)) return;
  const float* from = x.as<float>().data();
  if (x.dtype != DType::kFloat32) {
    load_floats(x, parts.at<float>(input));
    from = parts.at<float>(input);
  }
  convolve(r.shape, from, r.weights, parts.at<float>(tile),
           FloatStore{.output = &c.output(0),
                      .channels = channels_of(r.shape),
                      .bias = bias.data(parts),
                      .activation = r.activation});
}

void run_integers(EvalContext& c, const ConvolutionRun& r) {
  const Tensor& x = c.input(r.input);
  const Tensor& w = *r.weights.weights;
  const std::int64_t channels = channels_of(r.shape);
  // 16-bit inputs with a 32-bit bias are summed and rounded as 8-bit ones.
  const bool narrow_bias = c.has(r.bias) && c.input(r.bias).dtype == DType::kInt32;
  if (!has_scale(c, c.output(0))) return;
  ScratchParts parts;
  const std::size_t tile = parts.add<std::int16_t>(tile_size(r.shape));
  const std::size_t input = parts.add<std::int16_t>(x.elements());
  const std::size_t scales = parts.add<ChannelScale>(channels);
  if (!parts.allocate(c)) return;
  load_centred(x, parts.at<std::int16_t>(input));
  fill_scales({x, w, c.output(0), r.product_in_float}, channels, parts.at<ChannelScale>(scales));
  convolve(r.shape, parts.at<std::int16_t>(input), r.weights, parts.at<std::int16_t>(tile),
           IntSums(products_in_32_bits(x.dtype, w.dtype)),
           IntStore{.output = &c.output(0),
                    .channels = channels,
                    .scales = parts.at<ChannelScale>(scales),
                    .bias = c.has(r.bias) ? &c.input(r.bias) : nullptr,
                    .rounding = x.dtype != DType::kInt16                   ? r.narrow
                                : narrow_bias && r.wide == Rounding::kWide ? Rounding::kTwice
                                                                           : r.wide,
                    .range = quantized_activation_range(r.activation, c.output(0))});
}

void run_hybrid(EvalContext& c, const ConvolutionRun& r) {
  const Tensor& x = c.input(r.input);
  const std::int64_t images = r.shape.batch;
  ScratchParts parts;
  const std::size_t tile = parts.add<std::int16_t>(tile_size(r.shape));
  const std::size_t input = parts.add<std::int16_t>(x.elements());
  const std::size_t scales = parts.add<float>(images);
  const FloatBias bias(c, r.bias, parts);
  if (!parts.allocate(c)) return;
  const std::int64_t size = images == 0 ? 0 : x.elements() / images;
  const auto quantise = r.asymmetric ? quantize_asymmetric : quantize_symmetric;
  for (std::int64_t i = 0; i < images; ++i) {
    parts.at<float>(scales)[i] =
        quantise(x.as<float>().data() + i * size, size, parts.at<std::int16_t>(input) + i * size);
  }
  // Weights are symmetric whatever their zero point says; legacy files store them as uint8 with
  // int8's bits.
  Columns weights = r.weights;
  weights.zero_point = 0;
  Tensor as_int8 = *weights.weights;
  as_int8.dtype = DType::kInt8;
  weights.weights = &as_int8;
  convolve(r.shape, parts.at<std::int16_t>(input), weights, parts.at<std::int16_t>(tile),
           IntSums(products_in_32_bits(DType::kInt8, DType::kInt8)),
           HybridStore{.output = &c.output(0),
                       .channels = channels_of(r.shape),
                       .image_scales = parts.at<float>(scales),
                       .weights = &as_int8,
                       .bias = bias.data(parts),
                       .activation = r.activation});
}

}  // namespace

void load_centred(const Tensor& t, std::int16_t* out) {
  const std::int32_t zero = t.zero_point();
  const std::int64_t count = t.elements();
  const auto centre = [&](const auto* from) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<std::int16_t>(from[i] - zero);
  };
  if (t.dtype == DType::kInt16) return centre(t.as<std::int16_t>().data());
  if (t.dtype == DType::kUint8) return centre(t.as<std::uint8_t>().data());
  centre(t.as<std::int8_t>().data());
}

void load_floats(const Tensor& t, float* out) {
  const LoadDouble load = load_double(t.dtype);
  for (std::int64_t i = 0; i < t.elements(); ++i) out[i] = static_cast<float>(load(t.data, i));
}

void run_convolution(EvalContext& c, const ConvolutionRun& r) {
  const DType x = c.input(r.input).dtype;
  const DType w = r.weights.weights->dtype;
  if (c.output(0).elements() == 0) return;
  if (is_float(x) && is_float(w)) return run_float(c, r);
  if (is_float(x)) return run_hybrid(c, r);
  run_integers(c, r);
}

}  // namespace tare
