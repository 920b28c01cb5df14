// Convolutions and pools. Filters HWIO become OHWI at import.
#include "formats/tf/rules/windows.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/conv_3d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/dilation_2d.h"
#include "ops/max_pool_argmax.h"
#include "ops/pool/pool.h"
#include "ops/shape_of.h"
#include "ops/transpose_conv/transpose_conv.h"

namespace tare {
namespace {

// Its kernels are of float32 at most: wider numbers lose digits here.
ValueId conv_2d_of(TfNode& n, const TfWindow& w, ValueId x, ValueId filter) {
  Compose g(n.builder());
  const bool wide = g.dtype(x) == DType::kFloat64;
  if (wide) x = g.cast(x, DType::kFloat32), filter = g.cast(filter, DType::kFloat32);
  const ValueId y = n.emit(Conv2D{.axes = w.first<2>(), .padding = w.padding},
                           {x, permuted(n, filter, {3, 0, 1, 2}), ValueId::kNone});
  return wide ? g.cast(y, DType::kFloat64) : y;
}

void conv_2d(TfNode& n) {
  if (!n.expect(2, INT32_MAX)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, 2);
  if (!n.ok()) return;
  const ValueId y = conv_2d_of(n, w, w.to_channels_last(g, n.input(0)), n.input(1));
  n.output(0, w.from_channels_last(g, apply_fused_ops(n, y, 2)));
}

void depthwise(TfNode& n) {
  if (!n.expect(2, INT32_MAX)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, 2);
  const Shape filter = n.type(1).shape;
  const Shape input = n.type(0).shape;
  if (!n.ok()) return;
  if (filter.rank() == 4 && input.rank() == 4) {
    const Dim channels = input[w.channels_first ? 1 : 3];
    if (!n.require(!is_known(channels) || !is_known(filter[2]) || channels == filter[2],
                   "the input's " + std::to_string(channels) + " channels are not the filter's " +
                       std::to_string(filter[2])))
      return;
  }
  const ValueId y =
      n.emit(DepthwiseConv2D{.axes = w.first<2>(), .padding = w.padding},
             {w.to_channels_last(g, n.input(0)), depthwise_filter(n, n.input(1)), ValueId::kNone});
  n.output(0, w.from_channels_last(g, apply_fused_ops(n, y, 2)));
}

// Over [batch, width, channels]: a convolution of height 1.
void conv_1d(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  TfWindow w;
  w.spatial = 1;
  const std::int64_t stride = n.integer("stride", 1);
  const std::int64_t dilation = n.integer("dilation", 1);
  const std::string padding = n.text("padding");
  const std::string format = n.text("data_format", "NWC");
  n.require(format == "NWC" || format == "NCW" || format == "NHWC" || format == "NCHW",
            "data_format: expected NWC or NCW, got " + format);
  n.require(padding == "SAME" || padding == "VALID",
            "padding: expected SAME or VALID, got '" + padding + "'");
  n.require(stride >= 1 && stride <= INT32_MAX && dilation >= 1 && dilation <= INT32_MAX,
            "stride and dilation must be positive");
  if (!n.ok()) return;
  w.channels_first = format == "NCW" || format == "NCHW";
  w.padding = padding == "SAME" ? Padding::kSame : Padding::kValid;
  w.axes[1] = {.stride = stride, .dilation = dilation};
  const ValueId x = g.expand_dims(w.to_channels_last(g, n.input(0)), 1);
  const ValueId y = conv_2d_of(n, w, x, g.expand_dims(n.input(1), 0));
  n.output(0, w.from_channels_last(g, g.squeeze(y, 1)));
}

void conv_3d(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, 3);
  if (!n.ok()) return;
  // The IR keeps a volume's filter as TensorFlow does.
  const ValueId y = n.emit(Conv3D{.axes = w.axes, .padding = w.padding},
                           {w.to_channels_last(g, n.input(0)), n.input(1), ValueId::kNone});
  n.output(0, w.from_channels_last(g, y));
}

// Inputs: the sizes of the result or (version 2) a tensor that has them, the filter [h, w, out,
// in], the tensor to spread.
void conv_2d_backprop_input(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, 2);
  if (!n.ok()) return;
  const bool like = n.op().ends_with("V2");
  ValueId sizes = like ? n.emit(ShapeOf{}, {n.input(0)}) : g.cast(n.input(0), DType::kInt32);
  const Shape given = n.builder().shape(sizes);
  if (given.known() && given.elements() == 2) {  // height and width alone
    const ValueId spread = w.to_channels_last(g, n.input(2));
    sizes = g.concat({g.shape_vector(std::vector<Extent>{g.extent(spread, 0)}), sizes,
                      g.shape_vector(std::vector<Extent>{g.extent(n.input(1), 2)})},
                     0);
  } else if (w.channels_first) {
    sizes = g.gather(sizes, g.integers(std::vector<std::int64_t>{0, 2, 3, 1}), 0);
  }
  const ValueId filter = permuted(n, n.input(1), {2, 0, 1, 3});
  const ValueId y = n.emit(TransposeConv{.axes = w.first<2>(), .padding = w.padding},
                           {sizes, filter, w.to_channels_last(g, n.input(2)), ValueId::kNone});
  n.output(0, w.from_channels_last(g, y));
}

// Of a volume; version 1 takes a tensor that has the sizes, as version 2 does for images.
void conv_3d_backprop_input(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, 3);
  if (!n.ok()) return;
  const bool like = !n.op().ends_with("V2");
  ValueId sizes = like ? n.emit(ShapeOf{}, {n.input(0)}) : g.cast(n.input(0), DType::kInt32);
  if (w.channels_first)
    sizes = g.gather(sizes, g.integers(std::vector<std::int64_t>{0, 2, 3, 4, 1}), 0);
  const ValueId y = n.emit(Conv3DTranspose{.axes = w.axes, .padding = w.padding},
                           {sizes, n.input(1), w.to_channels_last(g, n.input(2)), ValueId::kNone});
  n.output(0, w.from_channels_last(g, y));
}

// Its attributes have other names.
void dilation_2d(TfNode& n) {
  if (!n.expect(2)) return;
  TfWindow w;
  const auto strides = w.spatial_of(n, "strides", n.integers("strides"));
  const auto rates = w.spatial_of(n, "rates", n.integers("rates"));
  const std::string padding = n.text("padding");
  n.require(padding == "SAME" || padding == "VALID",
            "padding: expected SAME or VALID, got '" + padding + "'");
  if (!n.ok()) return;
  Dilation2D op{.axes = {}, .padding = padding == "SAME" ? Padding::kSame : Padding::kValid};
  for (std::size_t i = 0; i < 2; ++i) op.axes[i] = {.stride = strides[i], .dilation = rates[i]};
  n.become(op);
}

template <PoolKind kind, int spatial>
void pool(TfNode& n) {
  if (!n.expect(n.op() == "MaxPoolV2" ? 3 : 1)) return;
  Compose g(n.builder());
  const TfWindow w = TfWindow::read(n, spatial);
  const auto filter = w.spatial_of(n, "ksize", TfWindow::integers(n, "ksize", 1));
  for (const std::int64_t f : filter)
    n.require(f >= 1 && f <= INT32_MAX,
              "ksize: expected positive numbers, got " + std::to_string(f));
  if (!n.ok()) return;
  // Whole numbers and doubles are pooled as float32.
  const DType type = n.type(0).dtype;
  const bool own = type == DType::kFloat16 || type == DType::kBFloat16 || type == DType::kInt8 ||
                   type == DType::kUint8 || type == DType::kInt16;
  const ValueId x = own ? n.input(0) : g.cast(n.input(0), DType::kFloat32);
  const ValueId y = n.emit(
      Pool{
          .kind = kind, .spatial = spatial, .filter = filter, .axes = w.axes, .padding = w.padding},
      {w.to_channels_last(g, x)});
  n.output(0, g.cast(w.from_channels_last(g, y), type));
}

void max_pool_with_argmax(TfNode& n) {
  if (!n.expect(1)) return;
  const TfWindow w = TfWindow::read(n, 2);
  const auto filter = w.spatial_of(n, "ksize", n.integers("ksize"));
  if (!n.ok() || !n.require(!w.channels_first, "data_format: only NHWC is possible")) return;
  const bool batch = n.flag("include_batch_in_index", false);
  n.outputs(
      n.builder().emit_n(MaxPoolArgmax{.filter = {filter[0], filter[1]},
                                       .axes = w.first<2>(),
                                       .padding = w.padding,
                                       .place = batch ? ArgmaxPlace::kBatch : ArgmaxPlace::kImage,
                                       .place_dtype = n.dtype("Targmax", DType::kInt64)},
                         n.all_inputs(), 2));
}

}  // namespace

extern const ReadTfFacet read_tf_avg_pool{"AvgPool", pool<PoolKind::kAverage, 2>};
extern const ReadTfFacet read_tf_avg_pool_3d{"AvgPool3D", pool<PoolKind::kAverage, 3>};
extern const ReadTfFacet read_tf_conv_1d{"Conv1D", conv_1d};
extern const ReadTfFacet read_tf_conv_2d{"Conv2D", conv_2d};
extern const ReadTfFacet read_tf_conv_2d_backprop_input{"Conv2DBackpropInput",
                                                        conv_2d_backprop_input};
extern const ReadTfFacet read_tf_conv_3d{"Conv3D", conv_3d};
extern const ReadTfFacet read_tf_depthwise_conv_2d{"DepthwiseConv2d", depthwise};
extern const ReadTfFacet read_tf_depthwise_conv_2d_native{"DepthwiseConv2dNative", depthwise};
extern const ReadTfFacet read_tf_dilation_2d{"Dilation2D", dilation_2d};
extern const ReadTfFacet read_tf_fused_conv_2d{"_FusedConv2D", conv_2d};
extern const ReadTfFacet read_tf_fused_depthwise_conv_2d_native{"FusedDepthwiseConv2dNative",
                                                                depthwise};
extern const ReadTfFacet read_tf_max_pool{"MaxPool", pool<PoolKind::kMax, 2>};
extern const ReadTfFacet read_tf_max_pool_with_argmax{"MaxPoolWithArgmax", max_pool_with_argmax};
extern const ReadTfFacet read_tf_max_pool_3d{"MaxPool3D", pool<PoolKind::kMax, 3>};
extern const ReadTfFacet read_tf_conv2_d_backprop_input_v2{"Conv2DBackpropInputV2",
                                                           conv_2d_backprop_input};
extern const ReadTfFacet read_tf_conv3_d_backprop_input{"Conv3DBackpropInput",
                                                        conv_3d_backprop_input};
extern const ReadTfFacet read_tf_conv3_d_backprop_input_v2{"Conv3DBackpropInputV2",
                                                           conv_3d_backprop_input};
extern const ReadTfFacet read_tf_max_pool_v2{"MaxPoolV2", pool<PoolKind::kMax, 2>};
}  // namespace tare
