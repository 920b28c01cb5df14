// TRANSPOSE_CONV and MediaPipe's Convolution2DTransposeBias: definition, kernel, readers and
// writer.
#include "ops/transpose_conv/transpose_conv.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {

namespace {

std::int64_t reach(const WindowAxis& a, std::int64_t filter) {
  return (filter - 1) * a.dilation + 1;
}

std::int64_t mediapipe_padding(const WindowAxis& a, std::int64_t input, std::int64_t filter) {
  return std::max<std::int64_t>(filter - (input - 1) % a.stride - 1, 0);
}

// Keras: with an output padding, windows of "same" are cut by half a window on either side.
std::int64_t strided_extent(const TransposeConv& op, std::size_t i, std::int64_t input,
                            std::int64_t filter) {
  const WindowAxis& a = op.axes[i];
  const bool same = op.padding == Padding::kSame;
  if (op.output_padding[i] >= 0) {
    return (input - 1) * a.stride + reach(a, filter) - (same ? 2 * (reach(a, filter) / 2) : 0) +
           op.output_padding[i];
  }
  return input * a.stride + (same ? 0 : std::max<std::int64_t>(reach(a, filter) - a.stride, 0));
}

Dim output_extent(const TransposeConv& op, InferContext& c, int axis, Dim input, Dim filter) {
  const auto i = static_cast<std::size_t>(axis);
  if (!is_known(input) || !is_known(filter) || input == 0 || filter == 0) return kUnknownDim;
  if (!c.require(input <= INT32_MAX && filter <= INT32_MAX, "an extent is too large"))
    return kUnknownDim;
  const WindowAxis& a = op.axes[i];
  const Dim extent =
      op.output == TransposeOutput::kStrided
          ? strided_extent(op, i, input, filter)
          : a.stride * (input - 1) + filter -
                (op.padding == Padding::kSame ? mediapipe_padding(a, input, filter) : 0);
  c.require(extent >= 0 && extent <= INT32_MAX, "an output extent of " + std::to_string(extent));
  return extent;
}

Shape output_shape(const TransposeConv& op, InferContext& c, const Shape& x, const Shape& w) {
  Shape out = {x[0], kUnknownDim, kUnknownDim, w[0]};
  if (op.output != TransposeOutput::kGiven) {
    for (int i = 0; i < 2; ++i) out[i + 1] = output_extent(op, c, i, x[i + 1], w[i + 1]);
    return out;
  }
  if (!c.require(c.has(0), "the output shape is left out")) return out;
  if (!c.require(!c.shape(0).known() || (c.shape(0).rank() == 1 && c.shape(0)[0] == 4),
                 "output shape: expected 4 values, got " + c.shape(0).text()))
    return out;
  const auto wanted = c.contents(0);
  if (!wanted) return out;
  for (int i = 1; i < 4; ++i) {
    const Element& e = (*wanted)[static_cast<std::size_t>(i)];
    if (e.known && !c.require(e.value >= 1 && e.value <= INT32_MAX,
                              "output shape: an extent of " + std::to_string(e.value)))
      return out;
    if (i < 3)
      out[i] = e.dim();
    else if (e.known)
      c.require(!is_known(w[0]) || e.value == w[0], "output shape: expected " +
                                                        std::to_string(w[0]) + " channels, got " +
                                                        std::to_string(e.value));
  }
  return out;
}

void infer(const TransposeConv& op, InferContext& c) {
  const Shape& w = c.shape(1);
  const Shape& x = c.shape(2);
  if (!check_axes(c, op.axes)) return;
  if (!c.require(!x.ranked() || x.rank() == 4, "input must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(!w.ranked() || w.rank() == 4, "filter must have 4 dimensions, got " + w.text()))
    return;
  if (c.has(0) && !c.require(c.dtype(0) == DType::kInt32, "the output shape must be int32")) return;
  const Dim channels = w.ranked() ? w[0] : kUnknownDim;
  if (!check_weights(c, {.input = 2, .weights = 1, .channels = channels, .hybrid = false}) ||
      !check_bias(c, 2, 3, channels))
    return;
  if (!x.ranked() || !w.ranked()) return c.output(0, c.dtype(2), Shape::of_rank(4));
  if (!c.require(!is_known(x[3]) || !is_known(w[3]) || x[3] == w[3],
                 "the input's " + std::to_string(x[3]) + " channels are not the filter's " +
                     std::to_string(w[3])))
    return;
  c.output(0, c.dtype(2), output_shape(op, c, x, w));
}

Cost cost(const TransposeConv&, const NodeTypes& t) {
  const Shape& w = t.inputs[1].shape;
  const auto inputs = t.inputs[2].shape.checked_elements();
  const auto weights = w.checked_elements();
  if (!inputs || !weights || w.rank() != 4 || w[3] == 0) return {};
  const std::int64_t macs = checked_mul(*inputs, *weights / w[3]).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * macs};
}

void eval(const TransposeConv& op, EvalContext& c) {
  const Tensor& w = c.input(1);
  const Shape& x = c.input(2).shape;
  const Shape& y = c.output(0).shape;
  if (c.output(0).elements() == 0) return;
  ConvolutionShape s{
      .batch = x[0], .group_inputs = x[3], .group_outputs = w.shape[0], .transposed = true};
  for (int i = 0; i < 2; ++i) {
    const auto to = static_cast<std::size_t>(i + 1);
    s.input[to] = x[i + 1];
    s.output[to] = y[i + 1];
    s.filter[to] = w.shape[i + 1];
    s.axes[to] = op.axes[static_cast<std::size_t>(i)];
    s.axes[to].pad_before =
        transpose_padding(op, static_cast<std::size_t>(i), x[i + 1], w.shape[i + 1], y[i + 1]);
  }
  run_convolution(
      c, {.shape = s,
          .weights = {.weights = &w, .column_stride = s.depth(), .zero_point = w.zero_point()},
          .input = 2,
          .bias = 3,
          .activation = op.activation,
          .product_in_float = c.input(2).dtype == DType::kUint8});
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(3, 4)) return;
  const auto& o = n.options<tflite::TransposeConvOptions>();
  n.expect_bias_scale(2, 1, 3);
  n.emit(TransposeConv{.axes = {{{.stride = n.positive(o.stride_h(), "stride_h")},
                                 {.stride = n.positive(o.stride_w(), "stride_w")}}},
                       .padding = n.padding(o.padding()),
                       .activation = n.activation(o.fused_activation_function())});
}

// Options are TfLiteTransposeConvParams as it lies in memory: padding (1 same, 2 valid),
// stride_width, stride_height.
void read_mediapipe(TfliteNode& n) {
  if (!n.expect(3, 3)) return;
  std::int32_t words[3];
  if (!n.require(n.custom_options().size() >= sizeof words, "the options are too short")) return;
  std::memcpy(words, n.custom_options().data(), sizeof words);
  n.require(words[0] == 1 || words[0] == 2, "unknown padding " + std::to_string(words[0]));
  n.emit(TransposeConv{.axes = {{{.stride = n.positive(words[2], "stride_height")},
                                 {.stride = n.positive(words[1], "stride_width")}}},
                       .padding = words[0] == 1 ? Padding::kSame : Padding::kValid,
                       .output = TransposeOutput::kMediaPipe},
         {ValueId::kNone, n.input(1), n.input(0), n.input(2)});
}

void write_tflite(const TransposeConv& op, TfliteWriter& w) {
  if (op.output != TransposeOutput::kGiven)
    return w.refuse("TFLite wants the output's shape as an input");
  if (op.padding == Padding::kExplicit) return w.refuse("TFLite has no explicit padding");
  if (op.axes[0].dilation != 1 || op.axes[1].dilation != 1)
    return w.refuse("TFLite has no dilated transposed convolution");
  const int version = op.activation != Activation::kNone      ? 4
                      : w.node().inputs.size() > 3            ? 3
                      : w.input_type(1).dtype == DType::kInt8 ? 2
                                                              : 1;
  w.builtin(tflite::BuiltinOperator_TRANSPOSE_CONV,
            tflite::CreateTransposeConvOptions(
                w.fbb(), TfliteWriter::padding(op.padding), static_cast<int>(op.axes[1].stride),
                static_cast<int>(op.axes[0].stride), TfliteWriter::activation(op.activation)),
            version);
}

}  // namespace

std::int64_t transpose_padding(const TransposeConv& op, std::size_t axis, std::int64_t input,
                               std::int64_t filter, std::int64_t output) {
  const WindowAxis& a = op.axes[axis];
  if (op.padding == Padding::kExplicit) return a.pad_before;
  if (op.padding == Padding::kValid) return 0;
  if (op.output == TransposeOutput::kMediaPipe) return mediapipe_padding(a, input, filter) / 2;
  // The padding that a convolution of this output would have.
  return window_padding(output, filter, a, op.padding).before;
}

const OpDef TransposeConv::kOp = define_op<TransposeConv, infer, cost>("transpose_conv");
extern const EvalFacet eval_transpose_conv = eval_facet<TransposeConv, eval>();
extern const ReadTfliteFacet read_tflite_transpose_conv{tflite::BuiltinOperator_TRANSPOSE_CONV,
                                                        read_tflite};
extern const ReadTfliteFacet read_tflite_convolution_2d_transpose_bias{
    kCustomOp, read_mediapipe, "Convolution2DTransposeBias"};
extern const WriteTfliteFacet write_tflite_transpose_conv =
    write_tflite_facet<TransposeConv, write_tflite>();

}  // namespace tare
