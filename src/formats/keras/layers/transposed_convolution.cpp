// Transposed convolutions of one to three dimensions. The extent of the output follows from strides
// and padding, and from "output_padding" where that is given.
#include "formats/keras/layers/window.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/conv_3d.h"
#include "ops/transpose_conv/transpose_conv.h"

namespace tare {
namespace {

std::vector<std::int64_t> output_padding(KerasLayer& layer, int spatial) {
  const auto count = static_cast<std::size_t>(spatial);
  if (layer.config("output_padding").is_null()) return std::vector<std::int64_t>(count, -1);
  return layer.counts("output_padding", count, 0);
}

struct Parts {
  KerasWindow window;
  std::int64_t filters = 1;
  std::int64_t channels = 1;
  ValueId bias = ValueId::kNone;
  std::vector<std::int64_t> added;
};

Parts read_parts(KerasLayer& layer, int spatial) {
  Parts parts;
  parts.window = read_window(layer, spatial, "kernel_size");
  parts.filters = layer.count("filters");
  parts.added = output_padding(layer, spatial);
  for (std::size_t i = 0; i < parts.added.size(); ++i) {
    if (parts.added[i] >= parts.window.strides[i])
      layer.fail("output_padding must be below strides");
  }
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), spatial + 2)) return parts;
  const ValueId x = layer.input();
  parts.channels = layer.extent(x, parts.window.channels_first ? 1 : layer.rank(x) - 1);
  if (layer.flag("use_bias", true)) parts.bias = layer.weight_value({"bias", 1, {parts.filters}});
  return parts;
}

// Keras's kernel is [spatial..., out, in].
TensorValue kernel(KerasLayer& layer, const Parts& parts) {
  Shape shape;
  for (const std::int64_t size : parts.window.size) shape.push_back(size);
  shape.push_back(parts.filters);
  shape.push_back(parts.channels);
  return layer.weight({"kernel", 0, shape});
}

// Channels_first: the bias is still to be added.
void leave(KerasLayer& layer, Compose& g, const Parts& parts, ValueId y) {
  y = parts.window.channels_first ? add_bias_and_leave(layer, g, parts.window, y, parts.bias)
                                  : leave_window(g, parts.window, y);
  layer.output(layer.activate("activation", y), ValueId::kNone);
}

template <int kSpatial>
void read_transposed(KerasLayer& layer) {
  const Parts parts = read_parts(layer, kSpatial);
  const ValueId filter = layer.constant("kernel", [&] {
    TensorValue w = kernel(layer, parts);
    if (kSpatial == 1 && layer.ok()) {
      Shape shape = w.type.shape;
      shape.insert(0, 1);
      w = reshaped(std::move(w), shape);
    }
    return layer.ok() ? transposed(w, std::array{2, 0, 1, 3}) : w;
  });
  if (!layer.ok()) return;
  Compose g(layer.builder());
  TransposeConv op{.axes = parts.window.axes_2d(),
                   .padding = parts.window.padding,
                   .output = TransposeOutput::kStrided};
  for (int i = 0; i < kSpatial; ++i)
    op.output_padding[static_cast<std::size_t>(2 - kSpatial + i)] =
        parts.added[static_cast<std::size_t>(i)];
  const bool apart = parts.window.channels_first;
  const ValueId y =
      emit_window(g, op,
                  {ValueId::kNone, filter, enter_window(g, parts.window, layer.input()),
                   apart ? ValueId::kNone : parts.bias});
  leave(layer, g, parts, y);
}

// The extent of one dimension of the output, when the input's is known.
std::int64_t output_extent(const Parts& parts, std::size_t i, std::int64_t input) {
  const KerasWindow& w = parts.window;
  const std::int64_t reach = (w.size[i] - 1) * w.dilation[i] + 1;
  const bool same = w.padding == Padding::kSame;
  if (parts.added[i] >= 0)
    return (input - 1) * w.strides[i] + reach - (same ? 2 * (reach / 2) : 0) + parts.added[i];
  return input * w.strides[i] + (same ? 0 : std::max<std::int64_t>(reach - w.strides[i], 0));
}

void read_transposed_3d(KerasLayer& layer) {
  const Parts parts = read_parts(layer, 3);
  const ValueId filter = layer.constant("kernel", [&] { return kernel(layer, parts); });
  if (!layer.ok()) return;
  Compose g(layer.builder());
  const ValueId x = enter_window(g, parts.window, layer.input());
  std::vector<Extent> shape{g.extent(x, 0)};
  for (int i = 0; i < 3; ++i)
    shape.push_back(output_extent(parts, static_cast<std::size_t>(i), layer.extent(x, i + 1)));
  shape.push_back(parts.filters);
  Conv3DTranspose op{.padding = parts.window.padding};
  for (int i = 0; i < 3; ++i) op.axes[static_cast<std::size_t>(i)] = parts.window.axis(i);
  const bool apart = parts.window.channels_first;
  const ValueId y =
      emit_window(g, op, {g.shape_vector(shape), filter, x, apart ? ValueId::kNone : parts.bias});
  leave(layer, g, parts, y);
}

}  // namespace

extern const ReadKerasFacet read_keras_conv_1d_transpose{"Conv1DTranspose", read_transposed<1>};
extern const ReadKerasFacet read_keras_conv_2d_transpose{"Conv2DTranspose", read_transposed<2>};
extern const ReadKerasFacet read_keras_conv_3d_transpose{"Conv3DTranspose", read_transposed_3d};
extern const ReadKerasFacet read_keras_convolution_1d_transpose{"Convolution1DTranspose",
                                                                read_transposed<1>};
extern const ReadKerasFacet read_keras_convolution_2d_transpose{"Convolution2DTranspose",
                                                                read_transposed<2>};
extern const ReadKerasFacet read_keras_convolution_3d_transpose{"Convolution3DTranspose",
                                                                read_transposed_3d};

}  // namespace tare
