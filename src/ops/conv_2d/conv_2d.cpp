// CONV_2D: definition, kernel, reader and writer. The lowering is in lower.cpp.
#include "ops/conv_2d/conv_2d.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

bool check_channels(InferContext& c, const Shape& x, const Shape& w) {
  const Dim in = x[3], per_group = w[3], out = w[0];
  if (!is_known(in) || !is_known(per_group)) return true;
  if (!c.require(per_group > 0 && in % per_group == 0,
                 "the input's " + std::to_string(in) +
                     " channels are no multiple of the filter's " + std::to_string(per_group)))
    return false;
  const Dim groups = in / per_group;
  return c.require(
      in > 0 && (!is_known(out) || out % groups == 0),
      std::to_string(out) + " filters do not divide into " + std::to_string(groups) + " groups");
}

void infer(const Conv2D& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  if (!check_axes(c, op.axes)) return;
  if (!c.require(!x.ranked() || x.rank() == 4, "input must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(!w.ranked() || w.rank() == 4, "filter must have 4 dimensions, got " + w.text()))
    return;
  const Dim channels = w.ranked() ? w[0] : kUnknownDim;
  if (!check_weights(c, {.input = 0, .weights = 1, .channels = channels}) ||
      !check_bias(c, 0, 2, channels))
    return;
  if (!x.ranked() || !w.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(4));
  if (!check_channels(c, x, w)) return;
  const Dim height = checked_output(c, x[1], w[1], op.axes[0], op.padding);
  const Dim width = checked_output(c, x[2], w[2], op.axes[1], op.padding);
  c.output(0, c.dtype(0), {x[0], height, width, channels});
}

Cost cost(const Conv2D&, const NodeTypes& t) {
  const Shape& w = t.inputs[1].shape;
  const auto outputs = t.outputs[0].shape.checked_elements();
  if (!outputs || !w.known() || w.rank() != 4) return {};
  const auto depth = checked_mul(w[1] * w[2], w[3]);
  const std::int64_t macs =
      checked_mul(*outputs, depth.value_or(INT64_MAX)).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * macs};
}

ConvolutionShape shape_of(const Conv2D& op, const Shape& x, const Shape& w, const Shape& y) {
  ConvolutionShape s{.batch = x[0],
                     .groups = x[3] / w[3],
                     .group_inputs = w[3],
                     .group_outputs = w[0] / (x[3] / w[3])};
  for (int i = 0; i < 2; ++i) {
    const auto to = static_cast<std::size_t>(i + 1);
    s.input[to] = x[i + 1];
    s.output[to] = y[i + 1];
    s.filter[to] = w[i + 1];
    s.axes[to] = op.axes[static_cast<std::size_t>(i)];
    s.axes[to].pad_before = window_padding(x[i + 1], w[i + 1], s.axes[to], op.padding).before;
  }
  return s;
}

// TFLite quantises the input with a zero point where filters have scales of their own, and in
// groups.
bool has_own_scales(const Tensor& w) {
  if (!w.quantization) return false;
  for (const float s : w.quantization->scales)
    if (s != w.quantization->scales[0]) return true;
  return false;
}

void eval(const Conv2D& op, EvalContext& c) {
  const Tensor& w = c.input(1);
  if (c.output(0).elements() == 0) return;
  const ConvolutionShape shape = shape_of(op, c.input(0).shape, w.shape, c.output(0).shape);
  run_convolution(
      c, {.shape = shape,
          .weights = {.weights = &w, .column_stride = shape.depth(), .zero_point = w.zero_point()},
          .activation = op.activation,
          .product_in_float = c.input(0).dtype == DType::kUint8,
          .asymmetric = shape.groups != 1 || has_own_scales(w)});
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 3)) return;
  const auto& o = n.options<tflite::Conv2DOptions>();
  n.expect_bias_scale(0, 1, 2);
  n.emit(Conv2D{.axes = {{{.stride = n.positive(o.stride_h(), "stride_h"),
                           .dilation = n.positive(o.dilation_h_factor(), "dilation_h_factor")},
                          {.stride = n.positive(o.stride_w(), "stride_w"),
                           .dilation = n.positive(o.dilation_w_factor(), "dilation_w_factor")}}},
                .padding = n.padding(o.padding()),
                .activation = n.activation(o.fused_activation_function())});
}

int version_of(const TfliteWriter& w) {
  const DType x = w.input_type(0).dtype;
  const TensorType& filter = w.input_type(1);
  if (w.input_type(0).shape.rank() == 4 && filter.shape.rank() == 4 &&
      w.input_type(0).shape[3] != filter.shape[3])
    return 6;
  if (filter.dtype == DType::kInt4) return 7;
  if (x == DType::kInt16) return 4;
  if (x == DType::kInt8) return 3;
  if (is_hybrid(x, filter.dtype))
    return filter.quantization && filter.quantization->per_channel() ? 5 : 2;
  return 1;
}

void write_tflite(const Conv2D& op, TfliteWriter& w) {
  if (op.padding == Padding::kExplicit) return w.refuse("TFLite has no explicit padding");
  w.builtin(tflite::BuiltinOperator_CONV_2D,
            tflite::CreateConv2DOptions(
                w.fbb(), TfliteWriter::padding(op.padding), static_cast<int>(op.axes[1].stride),
                static_cast<int>(op.axes[0].stride), TfliteWriter::activation(op.activation),
                static_cast<int>(op.axes[1].dilation), static_cast<int>(op.axes[0].dilation)),
            version_of(w));
}

}  // namespace

const OpDef Conv2D::kOp = define_op<Conv2D, infer, cost>("conv_2d");
extern const EvalFacet eval_conv_2d = eval_facet<Conv2D, eval>();
extern const ReadTfliteFacet read_tflite_conv_2d{tflite::BuiltinOperator_CONV_2D, read_tflite};
extern const WriteTfliteFacet write_tflite_conv_2d = write_tflite_facet<Conv2D, write_tflite>();

}  // namespace tare
