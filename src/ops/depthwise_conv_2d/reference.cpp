// Reference kernels of depthwise convolutions: for each output point, row by row of channels.
#include <algorithm>
#include <cstring>

#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/common/dynamic_quantization.h"
#include "ops/common/window_checks.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"

namespace tare {
namespace {

// 16 bytes of sums at a time; loops stay vectors at -Oz.
template <class X, class Sum>
void multiply_add(const X* x, const X* w, std::int64_t count, Sum* sums) {
  typedef X Short __attribute__((vector_size(4 * sizeof(X))));
  typedef Sum Wide __attribute__((vector_size(16)));
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    Short a, b;
    Wide s;
    std::memcpy(&a, x + i, sizeof a);
    std::memcpy(&b, w + i, sizeof b);
    std::memcpy(&s, sums + i, sizeof s);
    s += __builtin_convertvector(a, Wide) * __builtin_convertvector(b, Wide);
    std::memcpy(sums + i, &s, sizeof s);
  }
  for (; i < count; ++i) sums[i] += static_cast<Sum>(x[i]) * static_cast<Sum>(w[i]);
}

struct Depthwise {
  ConvolutionShape window;  // one group of all the input's channels
  std::int64_t channels;
  std::int64_t multiplier;

  Depthwise(const DepthwiseConv2D& op, const Shape& x, const Shape& w, const Shape& y)
      : channels(w[3]), multiplier(w[3] / x[3]) {
    window = {.batch = x[0], .group_inputs = x[3], .group_outputs = w[3]};
    for (int i = 0; i < 2; ++i) {
      const auto to = static_cast<std::size_t>(i + 1);
      window.input[to] = x[i + 1];
      window.output[to] = y[i + 1];
      window.filter[to] = w[i + 1];
      window.axes[to] = op.axes[static_cast<std::size_t>(i)];
      window.axes[to].pad_before =
          window_padding(x[i + 1], w[i + 1], window.axes[to], op.padding).before;
    }
  }

  std::int64_t inputs() const { return window.group_inputs; }

  // place(x pixel, filter row) for each place of the window that lies inside the image.
  template <class X, class Place>
  void each_place(const WindowRuns& runs, const X* x, const X* w, X* spread, Place place) const {
    runs.each(0, [&](std::int64_t at, std::int64_t k, std::int64_t count) {
      for (std::int64_t i = 0; i < count; i += inputs()) {
        const X* pixel = x + at + i;
        if (multiplier > 1) {
          for (std::int64_t c = 0; c < channels; ++c) spread[c] = pixel[c / multiplier];
          pixel = spread;
        }
        place(pixel, w + (k + i) * multiplier);
      }
    });
  }

  template <class Point>
  void each_point(Point point) const {
    WindowRuns runs(window);
    for (std::int64_t image = 0; image < window.batch; ++image) {
      for (std::int64_t p = 0; p < window.points(); ++p) {
        runs.move_to(image, p);
        point(runs, TilePoint{image, image * window.points() + p, 0, channels});
      }
    }
  }
};

void eval_float(const Depthwise& d, const DepthwiseConv2D& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  const Tensor& w = c.input(1);
  ScratchParts parts;
  const std::size_t sums = parts.add<float>(d.channels);
  const std::size_t spread = parts.add<float>(d.channels);
  const std::size_t input = parts.add<float>(x.dtype == DType::kFloat32 ? 0 : x.elements());
  const std::size_t filter = parts.add<float>(w.dtype == DType::kFloat32 ? 0 : w.elements());
  const FloatBias bias(c, 2, parts);
  if (!parts.allocate(c)) return;
  const auto floats = [&](const Tensor& t, std::size_t part) -> const float* {
    if (t.dtype == DType::kFloat32) return t.as<float>().data();
    load_floats(t, parts.at<float>(part));
    return parts.at<float>(part);
  };
  const float* from = floats(x, input);
  const float* by = floats(w, filter);
  const FloatStore store{.output = &c.output(0),
                         .channels = d.channels,
                         .bias = bias.data(parts),
                         .activation = op.activation};
  float* sum = parts.at<float>(sums);
  d.each_point([&](const WindowRuns& runs, const TilePoint& at) {
    std::fill(sum, sum + d.channels, 0.0f);
    d.each_place(
        runs, from, by, parts.at<float>(spread),
        [&](const float* pixel, const float* row) { multiply_add(pixel, row, d.channels, sum); });
    store(at, sum);
  });
}

// Sums of integers, gathered in 32 bits and moved to 64 before they could overflow.
template <class Store>
void sum_integers(const Depthwise& d, const ScratchParts& parts,
                  const std::array<std::size_t, 5>& at, std::int64_t limit, const Store& store) {
  const auto* x = parts.at<std::int16_t>(at[0]);
  const auto* w = parts.at<std::int16_t>(at[1]);
  auto* spread = parts.at<std::int16_t>(at[2]);
  auto* narrow = parts.at<std::int32_t>(at[3]);
  auto* wide = parts.at<std::int64_t>(at[4]);
  const auto flush = [&] {
    for (std::int64_t i = 0; i < d.channels; ++i) {
      wide[i] += narrow[i];
      narrow[i] = 0;
    }
  };
  d.each_point([&](const WindowRuns& runs, const TilePoint& point) {
    std::fill(narrow, narrow + d.channels, 0);
    std::fill(wide, wide + d.channels, 0);
    std::int64_t room = limit;
    d.each_place(runs, x, w, spread, [&](const std::int16_t* pixel, const std::int16_t* row) {
      if (room-- == 0) {
        flush();
        room = limit - 1;
      }
      multiply_add(pixel, row, d.channels, narrow);
    });
    flush();
    store(point, wide);
  });
}

void eval_integers(const Depthwise& d, const DepthwiseConv2D& op, EvalContext& c, bool hybrid) {
  const Tensor& x = c.input(0);
  Tensor w = c.input(1);
  Quantization centred;
  if (!hybrid && !has_scale(c, c.output(0))) return;
  if (hybrid) {  // symmetric; legacy files store int8's bits as uint8
    w.dtype = DType::kInt8;
    centred = *w.quantization;
    std::fill(centred.zero_points.begin(), centred.zero_points.end(), 0);
    w.quantization = &centred;
  }
  ScratchParts parts;
  const std::array<std::size_t, 5> at{
      parts.add<std::int16_t>(x.elements()), parts.add<std::int16_t>(w.elements()),
      parts.add<std::int16_t>(d.channels), parts.add<std::int32_t>(d.channels),
      parts.add<std::int64_t>(d.channels)};
  const std::size_t scales = parts.add<ChannelScale>(d.channels);
  const std::size_t image_scales = parts.add<float>(d.window.batch);
  const FloatBias bias(c, hybrid ? 2 : c.inputs(), parts);
  if (!parts.allocate(c)) return;
  load_centred(w, parts.at<std::int16_t>(at[1]));
  const std::int64_t limit =
      products_in_32_bits(x.dtype == DType::kInt16 ? x.dtype : DType::kInt8, DType::kInt8);
  if (hybrid) {
    const std::int64_t size = x.elements() / d.window.batch;
    for (std::int64_t i = 0; i < d.window.batch; ++i) {
      parts.at<float>(image_scales)[i] = quantize_asymmetric(
          x.as<float>().data() + i * size, size, parts.at<std::int16_t>(at[0]) + i * size);
    }
    return sum_integers(d, parts, at, limit,
                        HybridStore{.output = &c.output(0),
                                    .channels = d.channels,
                                    .image_scales = parts.at<float>(image_scales),
                                    .weights = &w,
                                    .bias = bias.data(parts),
                                    .activation = op.activation});
  }
  load_centred(x, parts.at<std::int16_t>(at[0]));
  fill_scales({x, w, c.output(0), x.dtype == DType::kUint8}, d.channels,
              parts.at<ChannelScale>(scales));
  sum_integers(d, parts, at, limit,
               IntStore{.output = &c.output(0),
                        .channels = d.channels,
                        .scales = parts.at<ChannelScale>(scales),
                        .bias = c.has(2) ? &c.input(2) : nullptr,
                        .rounding = x.dtype == DType::kInt16 ? Rounding::kWide : Rounding::kTwice,
                        .range = quantized_activation_range(op.activation, c.output(0))});
}

void eval(const DepthwiseConv2D& op, EvalContext& c) {
  if (c.output(0).elements() == 0) return;
  const Depthwise d(op, c.input(0).shape, c.input(1).shape, c.output(0).shape);
  const DType x = c.input(0).dtype, w = c.input(1).dtype;
  if (is_float(x) && is_float(w)) return eval_float(d, op, c);
  eval_integers(d, op, c, is_hybrid(x, w));
}

}  // namespace

extern const EvalFacet eval_depthwise_conv_2d = eval_facet<DepthwiseConv2D, eval>();

}  // namespace tare
