// DEPTHWISE_CONV_2D: definition, lowering, reader and writer. Kernels are in reference.cpp.
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const DepthwiseConv2D& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  if (!check_axes(c, op.axes)) return;
  if (!c.require(!x.ranked() || x.rank() == 4, "input must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(!w.ranked() || (w.rank() == 4 && (w[0] == 1 || !is_known(w[0]))),
                 "filter must be [1, height, width, channels], got " + w.text()))
    return;
  const Dim channels = w.ranked() ? w[3] : kUnknownDim;
  if (!check_weights(c, {.input = 0, .weights = 1, .channels = channels}) ||
      !check_bias(c, 0, 2, channels))
    return;
  if (!x.ranked() || !w.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(4));
  if (is_known(x[3]) && is_known(channels)) {
    if (!c.require(x[3] > 0 && channels % x[3] == 0,
                   "the filter's " + std::to_string(channels) +
                       " channels are no multiple of the input's " + std::to_string(x[3])))
      return;
  }
  const Dim height = checked_output(c, x[1], w[1], op.axes[0], op.padding);
  const Dim width = checked_output(c, x[2], w[2], op.axes[1], op.padding);
  c.output(0, c.dtype(0), {x[0], height, width, channels});
}

Cost cost(const DepthwiseConv2D&, const NodeTypes& t) {
  const Shape& w = t.inputs[1].shape;
  const auto outputs = t.outputs[0].shape.checked_elements();
  if (!outputs || !w.known() || w.rank() != 4) return {};
  const std::int64_t macs = checked_mul(*outputs, w[1] * w[2]).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * macs};
}

// XNNPACK has no hybrid depthwise convolution; these filters are small, so they become floats.
XnnValue real_filter(XnnBuilder& b) {
  const Value& v = b.input_value(1);
  const auto& scales = v.type.quantization->scales;
  const auto stored = v.constant.as<std::int8_t>();
  Buffer real = Buffer::allocate(stored.size() * sizeof(float));
  if (!real) {
    b.refuse("out of memory");
    return XnnValue::kNone;
  }
  auto* out = reinterpret_cast<float*>(real.mutable_data());
  for (std::size_t i = 0; i < stored.size(); ++i)
    out[i] = static_cast<float>(stored[i]) * scales[i % scales.size()];
  return b.constant(tensor_type(DType::kFloat32, v.type.shape), std::move(real));
}

bool lower(const DepthwiseConv2D& op, XnnBuilder& b) {
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  if (!b.is_constant(1)) return b.refuse("the filter is not constant");
  const bool hybrid = is_hybrid(b.input_type(0).dtype, b.input_type(1).dtype);
  if (b.has(2) && !b.is_constant(2)) return b.refuse("the bias is not constant");
  const Shape& x = b.input_type(0).shape;
  const Shape& w = b.input_type(1).shape;
  const XnnWindow window = XnnWindow::of(x, {w[1], w[2]}, op.axes, op.padding);
  return b.depthwise_convolution({.input = b.input(0),
                                  .filter = hybrid ? real_filter(b) : b.filter(1, 3),
                                  .bias = b.bias(2, 0, 1),
                                  .output = b.output(),
                                  .window = window,
                                  .multiplier = w[3] / x[3],
                                  .input_channels = x[3],
                                  .range = activation_range(op.activation)});
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 3)) return;
  const auto& o = n.options<tflite::DepthwiseConv2DOptions>();
  n.expect_bias_scale(0, 1, 2);
  n.emit(DepthwiseConv2D{
      .axes = {{{.stride = n.positive(o.stride_h(), "stride_h"),
                 .dilation = n.positive(o.dilation_h_factor(), "dilation_h_factor")},
                {.stride = n.positive(o.stride_w(), "stride_w"),
                 .dilation = n.positive(o.dilation_w_factor(), "dilation_w_factor")}}},
      .padding = n.padding(o.padding()),
      .activation = n.activation(o.fused_activation_function())});
}

int version_of(const DepthwiseConv2D& op, const TfliteWriter& w) {
  const DType x = w.input_type(0).dtype;
  const TensorType& filter = w.input_type(1);
  if (x == DType::kInt16) return 5;
  if (filter.dtype == DType::kInt4) return 7;
  if (is_hybrid(x, filter.dtype)) return 6;
  if (x == DType::kInt8) return 3;
  return op.axes[0].dilation != 1 || op.axes[1].dilation != 1 ? 2 : 1;
}

void write_tflite(const DepthwiseConv2D& op, TfliteWriter& w) {
  if (op.padding == Padding::kExplicit) return w.refuse("TFLite has no explicit padding");
  const Shape& x = w.input_type(0).shape;
  const Shape& filter = w.input_type(1).shape;
  const bool known =
      x.rank() == 4 && filter.rank() == 4 && is_known(x[3]) && is_known(filter[3]) && x[3] > 0;
  if (!known) return w.refuse("the depth multiplier is not known");
  w.builtin(tflite::BuiltinOperator_DEPTHWISE_CONV_2D,
            tflite::CreateDepthwiseConv2DOptions(
                w.fbb(), TfliteWriter::padding(op.padding), static_cast<int>(op.axes[1].stride),
                static_cast<int>(op.axes[0].stride), static_cast<int>(filter[3] / x[3]),
                TfliteWriter::activation(op.activation), static_cast<int>(op.axes[1].dilation),
                static_cast<int>(op.axes[0].dilation)),
            version_of(op, w));
}

}  // namespace

const OpDef DepthwiseConv2D::kOp = define_op<DepthwiseConv2D, infer, cost>("depthwise_conv_2d");
extern const LowerFacet lower_depthwise_conv_2d = lower_facet<DepthwiseConv2D, lower>();
extern const ReadTfliteFacet read_tflite_depthwise_conv_2d{
    tflite::BuiltinOperator_DEPTHWISE_CONV_2D, read_tflite};
extern const WriteTfliteFacet write_tflite_depthwise_conv_2d =
    write_tflite_facet<DepthwiseConv2D, write_tflite>();

}  // namespace tare
