// Convolutions of one and two dimensions: plain, depthwise and separable.
#include "formats/keras/layers/window.h"
#include "formats/keras/stored_kernel.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"

namespace tare {
namespace {

// [spatial..., in, out] as [out, height, width, in]. A weight that could not be read has no shape.
TensorValue as_filter(TensorValue kernel) {
  if (kernel.type.shape.rank() < 3) return kernel;
  if (kernel.type.shape.rank() == 3) {
    Shape shape = kernel.type.shape;
    shape.insert(0, 1);
    kernel = reshaped(std::move(kernel), shape);
  }
  return transposed(kernel, std::array{3, 0, 1, 2});
}

// [spatial..., in, multiplier] as [1, height, width, in * multiplier].
TensorValue as_depthwise_filter(TensorValue kernel) {
  const Shape& s = kernel.type.shape;
  const int rank = s.rank();
  if (rank < 3) return kernel;
  const Shape shape{1, rank == 4 ? s[0] : 1, s[rank - 3], s[rank - 2] * s[rank - 1]};
  return reshaped(std::move(kernel), shape);
}

Shape kernel_shape(const KerasWindow& window, std::int64_t in, std::int64_t out) {
  Shape shape;
  for (const std::int64_t size : window.size) shape.push_back(size);
  shape.push_back(in);
  shape.push_back(out);
  return shape;
}

std::int64_t channels_of(KerasLayer& layer, const KerasWindow& window) {
  const ValueId x = layer.input();
  return layer.extent(x, window.channels_first ? 1 : layer.rank(x) - 1);
}

template <int kSpatial>
void read_convolution(KerasLayer& layer) {
  const KerasWindow window = read_window(layer, kSpatial, "kernel_size");
  const std::int64_t filters = layer.count("filters");
  const std::int64_t groups = layer.config("groups").is_null() ? 1 : layer.count("groups");
  if (!layer.expect(1, 1)) return;
  // Further dimensions before the spatial ones are part of the batch.
  const int extra = layer.rank(layer.input()) - kSpatial - 2;
  if ((extra <= 0 || window.channels_first) && !layer.expect_rank(layer.input(), kSpatial + 2))
    return;
  const std::int64_t channels = channels_of(layer, window);
  if (!layer.require(channels % groups == 0 && filters % groups == 0,
                     "groups do not divide the channels"))
    return;
  const ValueId filter = layer.constant("kernel", [&] {
    const KerasWeight kernel{"kernel", 0, kernel_shape(window, channels / groups, filters)};
    return as_filter(read_stored_kernel(layer, kernel).values);
  });
  const ValueId bias =
      layer.flag("use_bias", true) ? layer.weight_value({"bias", 1, {filters}}) : ValueId::kNone;
  if (!layer.ok()) return;
  Compose g(layer.builder());
  const auto whole = g.extents(layer.input());
  const auto before = whole.begin() + extra + 1;
  ValueId x = layer.input();
  if (extra > 0) {
    std::vector<Extent> flat{-1};
    flat.insert(flat.end(), before, whole.end());
    x = g.reshape(x, flat);
  }
  // TensorFlow fuses the bias into convolutions without groups, where it lies along the channels.
  const bool apart = window.channels_first && groups != 1;
  ValueId y = emit_window(g, Conv2D{.axes = window.axes_2d(), .padding = window.padding},
                          {enter_window(g, window, x), filter, apart ? ValueId::kNone : bias});
  y = apart ? add_bias_and_leave(layer, g, window, y, bias) : leave_window(g, window, y);
  if (extra > 0) {
    std::vector<Extent> shape(whole.begin(), before);
    for (int i = 1; i < kSpatial + 2; ++i) shape.push_back(g.extent(y, i));
    y = g.reshape(y, shape);
  }
  layer.output(layer.activate("activation", y), ValueId::kNone);
}

template <int kSpatial>
void read_depthwise(KerasLayer& layer) {
  const KerasWindow window = read_window(layer, kSpatial, "kernel_size");
  const std::int64_t multiplier =
      layer.config("depth_multiplier").is_null() ? 1 : layer.count("depth_multiplier");
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  const std::int64_t channels = channels_of(layer, window);
  const ValueId filter = layer.constant("kernel", [&] {
    return as_depthwise_filter(
        layer.weight({"depthwise_kernel|kernel", 0, kernel_shape(window, channels, multiplier)}));
  });
  const ValueId bias = layer.flag("use_bias", true)
                           ? layer.weight_value({"bias", 1, {channels * multiplier}})
                           : ValueId::kNone;
  if (!layer.ok()) return;
  Compose g(layer.builder());
  const bool apart = window.channels_first;
  ValueId y =
      emit_window(g, DepthwiseConv2D{.axes = window.axes_2d(), .padding = window.padding},
                  {enter_window(g, window, layer.input()), filter, apart ? ValueId::kNone : bias});
  y = apart ? add_bias_and_leave(layer, g, window, y, bias) : leave_window(g, window, y);
  layer.output(layer.activate("activation", y), ValueId::kNone);
}

template <int kSpatial>
void read_separable(KerasLayer& layer) {
  const KerasWindow window = read_window(layer, kSpatial, "kernel_size");
  const std::int64_t filters = layer.count("filters");
  const std::int64_t multiplier =
      layer.config("depth_multiplier").is_null() ? 1 : layer.count("depth_multiplier");
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  const std::int64_t channels = channels_of(layer, window);
  const ValueId depthwise = layer.constant("depthwise_kernel", [&] {
    return as_depthwise_filter(
        layer.weight({"depthwise_kernel", 0, kernel_shape(window, channels, multiplier)}));
  });
  KerasWindow point = window;
  point.size.assign(point.size.size(), 1);
  const ValueId pointwise = layer.constant("pointwise_kernel", [&] {
    return as_filter(
        layer.weight({"pointwise_kernel", 1, kernel_shape(point, channels * multiplier, filters)}));
  });
  const ValueId bias =
      layer.flag("use_bias", true) ? layer.weight_value({"bias", 2, {filters}}) : ValueId::kNone;
  if (!layer.ok()) return;
  Compose g(layer.builder());
  const ValueId x = enter_window(g, window, layer.input());
  const ValueId middle =
      emit_window(g, DepthwiseConv2D{.axes = window.axes_2d(), .padding = window.padding},
                  {x, depthwise, ValueId::kNone});
  const bool apart = window.channels_first;
  ValueId y = emit_window(g, Conv2D{.padding = Padding::kValid},
                          {middle, pointwise, apart ? ValueId::kNone : bias});
  y = apart ? add_bias_and_leave(layer, g, window, y, bias) : leave_window(g, window, y);
  layer.output(layer.activate("activation", y), ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_conv_1d{"Conv1D", read_convolution<1>};
extern const ReadKerasFacet read_keras_conv_2d{"Conv2D", read_convolution<2>};
extern const ReadKerasFacet read_keras_depthwise_conv_1d{"DepthwiseConv1D", read_depthwise<1>};
extern const ReadKerasFacet read_keras_depthwise_conv_2d{"DepthwiseConv2D", read_depthwise<2>};
extern const ReadKerasFacet read_keras_separable_conv_1d{"SeparableConv1D", read_separable<1>};
extern const ReadKerasFacet read_keras_separable_conv_2d{"SeparableConv2D", read_separable<2>};
// Names of Keras 1 that both generations still read.
extern const ReadKerasFacet read_keras_convolution_1d{"Convolution1D", read_convolution<1>};
extern const ReadKerasFacet read_keras_convolution_2d{"Convolution2D", read_convolution<2>};
extern const ReadKerasFacet read_keras_separable_convolution_1d{"SeparableConvolution1D",
                                                                read_separable<1>};
extern const ReadKerasFacet read_keras_separable_convolution_2d{"SeparableConvolution2D",
                                                                read_separable<2>};

}  // namespace tare
