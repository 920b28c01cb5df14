// CONV_3D and CONV_3D_TRANSPOSE.
#include "ops/conv_3d.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

bool check_inputs(InferContext& c, int input, int bias, Dim channels) {
  const Shape& x = c.shape(input);
  const Shape& w = c.shape(1);
  if (!c.require(!x.ranked() || x.rank() == 5, "input must have 5 dimensions, got " + x.text()))
    return false;
  if (!c.require(!w.ranked() || w.rank() == 5, "filter must have 5 dimensions, got " + w.text()))
    return false;
  if (!c.require(is_float(c.dtype(input)),
                 "only float kernels, got " + std::string(dtype_name(c.dtype(input)))))
    return false;
  return check_weights(c, {.input = input, .weights = 1, .channels = channels, .hybrid = false}) &&
         check_bias(c, input, bias, channels);
}

void infer_forward(const Conv3D& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  const Dim channels = w.rank() == 5 ? w[4] : kUnknownDim;
  if (!check_axes(c, op.axes) || !check_inputs(c, 0, 2, channels)) return;
  Shape out = Shape::of_rank(5);
  if (!x.ranked() || !w.ranked()) return c.output(0, c.dtype(0), out);
  if (is_known(x[4]) && is_known(w[3])) {
    if (!c.require(w[3] > 0 && x[4] > 0 && x[4] % w[3] == 0,
                   "the input's " + std::to_string(x[4]) +
                       " channels are no multiple of the filter's " + std::to_string(w[3])))
      return;
    if (!c.require(!is_known(channels) || channels % (x[4] / w[3]) == 0,
                   "filters do not divide into groups"))
      return;
  }
  out[0] = x[0];
  out[4] = channels;
  for (int i = 0; i < 3; ++i)
    out[i + 1] =
        checked_output(c, x[i + 1], w[i], op.axes[static_cast<std::size_t>(i)], op.padding);
  c.output(0, c.dtype(0), out);
}

void infer_transpose(const Conv3DTranspose& op, InferContext& c) {
  const Shape& w = c.shape(1);
  const Shape& x = c.shape(2);
  const Dim channels = w.rank() == 5 ? w[3] : kUnknownDim;
  if (!check_axes(c, op.axes) || !check_inputs(c, 2, 3, channels)) return;
  if (!c.require(c.dtype(0) == DType::kInt32, "the output shape must be int32")) return;
  if (!c.require(!c.shape(0).known() || (c.shape(0).rank() == 1 && c.shape(0)[0] == 5),
                 "output shape: expected 5 values, got " + c.shape(0).text()))
    return;
  Shape out = Shape::of_rank(5);
  if (!x.ranked() || !w.ranked()) return c.output(0, c.dtype(2), out);
  if (!c.require(!is_known(x[4]) || !is_known(w[4]) || x[4] == w[4],
                 "the input's channels are not the filter's"))
    return;
  out[0] = x[0];
  out[4] = channels;
  if (const auto wanted = c.contents(0)) {
    for (int i = 1; i < 5; ++i) {
      const Element& e = (*wanted)[static_cast<std::size_t>(i)];
      if (e.known && !c.require(e.value >= 1 && e.value <= INT32_MAX,
                                "output shape: an extent of " + std::to_string(e.value)))
        return;
      if (i < 4)
        out[i] = e.dim();
      else if (!c.require(!e.known || !is_known(channels) || e.value == channels,
                          "output shape: other channels than the filter's"))
        return;
    }
  }
  c.output(0, c.dtype(2), out);
}

Cost cost_of(const NodeTypes& t, int elements_of, int channel_axis) {
  const Shape& w = t.inputs[1].shape;
  const auto count =
      (elements_of < 0 ? t.outputs[0] : t.inputs[static_cast<std::size_t>(elements_of)])
          .shape.checked_elements();
  const auto weights = w.checked_elements();
  if (!count || !weights || w.rank() != 5 || w[channel_axis] == 0) return {};
  const std::int64_t macs = checked_mul(*count, *weights / w[channel_axis]).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * macs};
}

Cost cost_forward(const Conv3D&, const NodeTypes& t) { return cost_of(t, -1, 4); }
Cost cost_transpose(const Conv3DTranspose&, const NodeTypes& t) { return cost_of(t, 2, 4); }

ConvolutionShape shape_of(const std::array<WindowAxis, 3>& axes, const Shape& x, const Shape& w,
                          const Shape& y) {
  ConvolutionShape s{.batch = x[0]};
  for (int i = 0; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    s.input[at] = x[i + 1];
    s.output[at] = y[i + 1];
    s.filter[at] = w[i];
    s.axes[at] = axes[at];
  }
  return s;
}

void eval_forward(const Conv3D& op, EvalContext& c) {
  const Tensor& w = c.input(1);
  const Shape& x = c.input(0).shape;
  if (c.output(0).elements() == 0) return;
  ConvolutionShape s = shape_of(op.axes, x, w.shape, c.output(0).shape);
  s.groups = x[4] / w.shape[3];
  s.group_inputs = w.shape[3];
  s.group_outputs = w.shape[4] / s.groups;
  for (std::size_t i = 0; i < 3; ++i)
    s.axes[i].pad_before = window_padding(s.input[i], s.filter[i], op.axes[i], op.padding).before;
  run_convolution(c, {.shape = s,
                      .weights = {.weights = &w, .k_stride = w.shape[4]},
                      .activation = op.activation});
}

void eval_transpose(const Conv3DTranspose& op, EvalContext& c) {
  const Tensor& w = c.input(1);
  const Shape& x = c.input(2).shape;
  if (c.output(0).elements() == 0) return;
  ConvolutionShape s = shape_of(op.axes, x, w.shape, c.output(0).shape);
  s.transposed = true;
  s.group_inputs = w.shape[4];
  s.group_outputs = w.shape[3];
  for (std::size_t i = 0; i < 3; ++i) {
    s.axes[i].pad_before =
        op.padding == Padding::kExplicit
            ? op.axes[i].pad_before
            : window_padding(s.output[i], s.filter[i], op.axes[i], op.padding).before;
  }
  // k is (filter place, input channel): places lie out * in apart, channels 1, columns in.
  run_convolution(c, {.shape = s,
                      .weights = {.weights = &w,
                                  .column_stride = w.shape[4],
                                  .run = w.shape[4],
                                  .run_stride = w.shape[3] * w.shape[4]},
                      .input = 2,
                      .bias = 3,
                      .activation = op.activation});
}

std::array<WindowAxis, 3> axes_of(TfliteNode& n) {
  const auto& o = n.options<tflite::Conv3DOptions>();
  return {{{.stride = n.positive(o.stride_d(), "stride_d"),
            .dilation = n.positive(o.dilation_d_factor(), "dilation_d_factor")},
           {.stride = n.positive(o.stride_h(), "stride_h"),
            .dilation = n.positive(o.dilation_h_factor(), "dilation_h_factor")},
           {.stride = n.positive(o.stride_w(), "stride_w"),
            .dilation = n.positive(o.dilation_w_factor(), "dilation_w_factor")}}};
}

template <class Op, int kInputs>
void read_tflite(TfliteNode& n) {
  if (!n.expect(kInputs, kInputs + 1)) return;
  const auto& o = n.options<tflite::Conv3DOptions>();
  n.emit(Op{.axes = axes_of(n),
            .padding = n.padding(o.padding()),
            .activation = n.activation(o.fused_activation_function())});
}

template <class Op>
void write_tflite(const Op& op, TfliteWriter& w) {
  if (op.padding == Padding::kExplicit) return w.refuse("TFLite has no explicit padding");
  const auto i = [](std::int64_t v) { return static_cast<int>(v); };
  constexpr auto kCode = std::is_same_v<Op, Conv3D> ? tflite::BuiltinOperator_CONV_3D
                                                    : tflite::BuiltinOperator_CONV_3D_TRANSPOSE;
  w.builtin(kCode,
            tflite::CreateConv3DOptions(
                w.fbb(), TfliteWriter::padding(op.padding), i(op.axes[0].stride),
                i(op.axes[2].stride), i(op.axes[1].stride), TfliteWriter::activation(op.activation),
                i(op.axes[0].dilation), i(op.axes[2].dilation), i(op.axes[1].dilation)));
}

}  // namespace

const OpDef Conv3D::kOp = define_op<Conv3D, infer_forward, cost_forward>("conv_3d");
const OpDef Conv3DTranspose::kOp =
    define_op<Conv3DTranspose, infer_transpose, cost_transpose>("conv_3d_transpose");
extern const EvalFacet eval_conv_3d = eval_facet<Conv3D, eval_forward>();
extern const EvalFacet eval_conv_3d_transpose = eval_facet<Conv3DTranspose, eval_transpose>();
extern const ReadTfliteFacet read_tflite_conv_3d{tflite::BuiltinOperator_CONV_3D,
                                                 read_tflite<Conv3D, 2>};
extern const ReadTfliteFacet read_tflite_conv_3d_transpose{
    tflite::BuiltinOperator_CONV_3D_TRANSPOSE, read_tflite<Conv3DTranspose, 3>};
extern const WriteTfliteFacet write_tflite_conv_3d =
    write_tflite_facet<Conv3D, write_tflite<Conv3D>>();
extern const WriteTfliteFacet write_tflite_conv_3d_transpose =
    write_tflite_facet<Conv3DTranspose, write_tflite<Conv3DTranspose>>();

}  // namespace tare
