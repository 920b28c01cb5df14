// FULLY_CONNECTED: definition, lowering, reader and writer. Kernels are in reference.cpp.
#include "ops/fully_connected/fully_connected.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

DType output_dtype(const InferContext& c) { return c.dtype(0); }

void infer(const FullyConnected& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  if (!w.ranked()) return c.output(0, output_dtype(c), Shape::unknown());
  if (!c.require(w.rank() == 2, "weights must have 2 dimensions [out, in]")) return;
  if (c.has(2) && c.shape(2).known() && is_known(w[0])) {
    if (!c.require(c.shape(2).elements() == w[0], "bias: expected " + std::to_string(w[0]) + " values, got " + c.shape(2).text())) return;
  }
  if (!x.ranked()) return c.output(0, output_dtype(c), Shape::unknown());
  if (op.keep_num_dims) {
    if (!c.require(x.rank() >= 1 && (!is_known(x.back()) || !is_known(w[1]) || x.back() == w[1]),
                   "input " + x.text() + " does not end in the weights' " + std::to_string(w[1]))) return;
    Shape out = x;
    out[out.rank() - 1] = w[0];
    return c.output(0, output_dtype(c), out);
  }
  // TFLite flattens everything into rows of the weights' width.
  Dim rows = kUnknownDim;
  if (x.rank() >= 1 && x.back() == w[1] && x.rank() == 2) rows = x[0];
  if (const auto elements = x.checked_elements(); elements && is_known(w[1])) {
    if (!c.require(w[1] > 0 && *elements % w[1] == 0, "input " + x.text() + " does not divide into rows of " + std::to_string(w[1]))) return;
    rows = *elements / w[1];
  }
  c.output(0, output_dtype(c), {rows, w[0]});
}

Cost cost(const FullyConnected&, const NodeTypes& t) {
  const auto outputs = t.outputs[0].shape.checked_elements().value_or(0);
  const std::int64_t width = t.inputs[1].shape.rank() == 2 ? t.inputs[1].shape[1] : 0;
  const std::int64_t macs = checked_mul(outputs, width).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

bool lower(const FullyConnected& op, XnnBuilder& b) {
  if (op.activation == Activation::kTanh || op.activation == Activation::kSignBit) return b.refuse("the activation is no clamp");
  if (op.shuffled_weights) return b.refuse("shuffled weights");
  const TensorType& x = b.input_type(0);
  const DType w = b.input_type(1).dtype;
  const bool hybrid = x.dtype == DType::kFloat32 && (w == DType::kInt8 || w == DType::kInt4);
  if (b.has(2) && !b.is_constant(2)) return b.refuse("the bias is not constant");
  // XNNPACK flattens all but the last dimension; when that is not the row, say it with a reshape.
  XnnValue input;
  const bool flatten = x.shape.back() != b.input_type(1).shape[1];
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
  if (!b.fully_connected({.input = input, .filter = b.filter(1, 0, hybrid), .bias = b.bias(2, 0, 1), .output = output,
                          .range = activation_range(op.activation)})) return false;
  return !reshape_output || b.reshape(output, b.output(), b.output_type().shape);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 3)) return;
  const auto& o = n.options<tflite::FullyConnectedOptions>();
  n.emit(FullyConnected{.activation = n.activation(o.fused_activation_function()),
                        .keep_num_dims = o.keep_num_dims(),
                        .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs(),
                        .shuffled_weights = o.weights_format() == tflite::FullyConnectedOptionsWeightsFormat_SHUFFLED4x16INT8});
}

void write_tflite(const FullyConnected& op, TfliteWriter& w) {
  const auto format = op.shuffled_weights ? tflite::FullyConnectedOptionsWeightsFormat_SHUFFLED4x16INT8
                                          : tflite::FullyConnectedOptionsWeightsFormat_DEFAULT;
  w.builtin(tflite::BuiltinOperator_FULLY_CONNECTED,
            tflite::CreateFullyConnectedOptions(w.fbb(), TfliteWriter::activation(op.activation), format, op.keep_num_dims,
                                                op.asymmetric_quantize_inputs), 4);
}

}  // namespace

const OpDef FullyConnected::kOp = define_op<FullyConnected, infer, cost>("fully_connected");
extern const LowerFacet lower_fully_connected = lower_facet<FullyConnected, lower>();
extern const ReadTfliteFacet read_tflite_fully_connected{tflite::BuiltinOperator_FULLY_CONNECTED, read_tflite};
extern const WriteTfliteFacet write_tflite_fully_connected = write_tflite_facet<FullyConnected, write_tflite>();

}  // namespace tare
