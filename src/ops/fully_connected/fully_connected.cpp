// FULLY_CONNECTED: definition, lowering, reader and writer. Kernels are in reference.cpp.
#include "ops/fully_connected/fully_connected.h"

#include <algorithm>

#include "base/checked.h"
#include "base/parts.h"
#include "ir/facets.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

bool check_types(const FullyConnected& op, InferContext& c, Dim outputs) {
  const auto& q = c.type(1).quantization;
  if (!check_bias(c, 0, 2, outputs)) return false;
  if (!check_weights(c, {.input = 0,
                         .weights = 1,
                         .channels = outputs,
                         .zero_points = true,
                         .wide_weights = true}))
    return false;
  if (!kParts.all_types) return true;
  if (q && q->block_size != 0) {
    const auto elements = c.shape(1).checked_elements();
    const bool zero = std::all_of(q->zero_points.begin(), q->zero_points.end(),
                                  [](std::int32_t z) { return z == 0; });
    return c.require(c.dtype(0) == DType::kFloat32 && c.dtype(1) != DType::kUint8,
                     "only hybrid layers take a scale a block") &&
           c.require(zero, "blocks of weights must have zero point 0") &&
           c.require(elements && c.shape(1)[1] % q->block_size == 0 &&
                         *elements / q->block_size == static_cast<std::int64_t>(q->scales.size()),
                     "scales do not match the blocks");
  }
  const bool to_int16 = op.output_dtype == DType::kInt16 && c.dtype(0) == DType::kUint8;
  return c.require(!op.output_dtype || op.output_dtype == c.dtype(0) || to_int16,
                   "no kernel for input " + std::string(dtype_name(c.dtype(0))) + " with output " +
                       std::string(dtype_name(op.output_dtype.value_or(c.dtype(0)))));
}

bool check_shuffled(InferContext& c) {
  const Shape& w = c.shape(1);
  return c.require(c.dtype(0) == DType::kUint8 && c.dtype(1) == DType::kUint8,
                   "shuffled weights take uint8 input and weights") &&
         c.require(c.type(0).zero_point() == 128, "shuffled weights need input zero point 128") &&
         c.require(w.known() && w[0] % 4 == 0 && w[1] % 16 == 0,
                   "shuffled weights " + w.text() + " are not in blocks of 4 by 16");
}

// TFLite flattens everything into rows of the weights' width.
Dim rows_of(InferContext& c, const Shape& x, Dim width) {
  if (!is_known(width)) return kUnknownDim;
  if (const auto elements = x.checked_elements()) {
    if (width == 0)
      return x.rank() > 0 && x.back() == 0
                 ? *Shape(x.dims().first(x.dims().size() - 1)).checked_elements()
                 : 0;
    c.require(*elements % width == 0,
              "input " + x.text() + " does not divide into rows of " + std::to_string(width));
    return *elements / width;
  }
  // A named unknown that comes first stays recognisable where the rest is one row.
  if (x.rank() < 1) return kUnknownDim;
  const auto rest = Shape(x.dims().subspan(1)).checked_elements();
  return rest && *rest == width ? x[0] : kUnknownDim;
}

void infer(const FullyConnected& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  if (!c.require(!w.ranked() || w.rank() == 2, "weights must have 2 dimensions [out, in]")) return;
  const Dim outputs = w.ranked() ? w[0] : kUnknownDim;
  const Dim width = w.ranked() ? w[1] : kUnknownDim;
  if (!check_types(op, c, outputs)) return;
  if (op.shuffled_weights && !check_shuffled(c)) return;
  if (c.outputs() > 1) c.output(1, DType::kUint8, x);
  const DType dtype = op.output_dtype.value_or(c.dtype(0));
  if (!x.ranked() || !w.ranked())
    return c.output(0, dtype, op.keep_num_dims ? Shape::unknown() : Shape::of_rank(2));
  if (!op.keep_num_dims) return c.output(0, dtype, {rows_of(c, x, width), outputs});
  if (!c.require(x.rank() >= 1 && (!is_known(x.back()) || !is_known(width) || x.back() == width),
                 "input " + x.text() + " does not end in the weights' " + std::to_string(width)))
    return;
  Shape out = x;
  out[out.rank() - 1] = outputs;
  c.output(0, dtype, out);
}

Cost cost(const FullyConnected&, const NodeTypes& t) {
  const auto outputs = t.outputs[0].shape.checked_elements().value_or(0);
  const std::int64_t width = t.inputs[1].shape.rank() == 2 ? t.inputs[1].shape[1] : 0;
  const std::int64_t macs = checked_mul(outputs, width).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

bool lower(const FullyConnected& op, XnnBuilder& b) {
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  if (op.shuffled_weights) return b.refuse("shuffled weights");
  const TensorType& x = b.input_type(0);
  const DType w = b.input_type(1).dtype;
  const bool hybrid = kParts.all_types && is_hybrid(x.dtype, w);
  if (hybrid && w == DType::kUint8) return b.refuse("legacy weights that hold int8 as uint8");
  if (b.has(2) && !b.is_constant(2)) return b.refuse("the bias is not constant");
  // XNNPACK flattens all but the last dimension; when that is not the row, say it with a reshape.
  XnnValue input;
  const bool flatten = x.shape.rank() == 0 || x.shape.back() != b.input_type(1).shape[1];
  if (hybrid) {
    if (flatten) return b.refuse("rows that are not the last dimension");
    input = b.dynamically_quantised(0, 1);
  } else if (flatten) {
    TensorType rows = x;
    rows.shape = {x.shape.elements() / b.input_type(1).shape[1], b.input_type(1).shape[1]};
    input = b.temporary(rows);
    if (!b.reshape(b.input(0), input, rows.shape)) return false;
  } else {
    input = b.input(0);
  }
  XnnValue output = b.output();
  const bool reshape_output = !op.keep_num_dims && !flatten && x.shape.rank() != 2;
  if (reshape_output) {
    TensorType kept = b.output_type();
    kept.shape = x.shape;
    kept.shape[kept.shape.rank() - 1] = b.output_type().shape.back();
    output = b.temporary(kept);
  }
  if (!b.fully_connected({.input = input,
                          .filter = b.filter(1, 0, hybrid),
                          .bias = b.bias(2, 0, 1),
                          .output = output,
                          .range = activation_range(op.activation)}))
    return false;
  return !reshape_output || b.reshape(output, b.output(), b.output_type().shape);
}

void read_tflite(TfliteNode& n) {
  const auto& o = n.options<tflite::FullyConnectedOptions>();
  const auto format = o.weights_format();
  const bool shuffled = format == tflite::FullyConnectedOptionsWeightsFormat_SHUFFLED4x16INT8;
  if (!n.require(shuffled || format == tflite::FullyConnectedOptionsWeightsFormat_DEFAULT,
                 "unknown weights_format"))
    return;
  if (!n.expect(2, 3, shuffled ? 2 : 1)) return;
  n.expect_bias_scale(0, 1, 2);
  const DType output = n.output_type(0).dtype;
  n.emit(FullyConnected{
      .activation = n.activation(o.fused_activation_function()),
      .keep_num_dims = o.keep_num_dims(),
      .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs(),
      .shuffled_weights = shuffled,
      .output_dtype = output == n.type(0).dtype ? std::nullopt : std::optional(output)});
}

int version_of(const FullyConnected& op, const TfliteWriter& w) {
  const DType x = w.input_type(0).dtype, weights = w.input_type(1).dtype;
  const auto& q = w.input_type(1).quantization;
  const bool each = q && q->per_channel();
  if (weights == DType::kInt4) return x == DType::kInt16 ? 13 : 10;
  if (is_hybrid(x, weights) && each) return 12;
  if (x == DType::kInt16) return 7;
  if (w.node().inputs.size() == 2) return 6;
  if (op.keep_num_dims) return 5;
  if (x == DType::kInt8) return 4;
  if (is_hybrid(x, weights)) return op.asymmetric_quantize_inputs ? 9 : 3;
  return op.shuffled_weights ? 2 : 1;
}

void write_tflite(const FullyConnected& op, TfliteWriter& w) {
  const auto format = op.shuffled_weights
                          ? tflite::FullyConnectedOptionsWeightsFormat_SHUFFLED4x16INT8
                          : tflite::FullyConnectedOptionsWeightsFormat_DEFAULT;
  w.builtin(
      tflite::BuiltinOperator_FULLY_CONNECTED,
      tflite::CreateFullyConnectedOptions(w.fbb(), TfliteWriter::activation(op.activation), format,
                                          op.keep_num_dims, op.asymmetric_quantize_inputs),
      version_of(op, w));
}

}  // namespace

const OpDef FullyConnected::kOp = define_op<FullyConnected, infer, cost>("fully_connected");
extern const LowerFacet lower_fully_connected = lower_facet<FullyConnected, lower>();
extern const ReadTfliteFacet read_tflite_fully_connected{tflite::BuiltinOperator_FULLY_CONNECTED,
                                                         read_tflite};
extern const WriteTfliteFacet write_tflite_fully_connected =
    write_tflite_facet<FullyConnected, write_tflite>();

}  // namespace tare
