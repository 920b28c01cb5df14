// BIDIRECTIONAL_SEQUENCE_RNN.
#include "base/checked.h"
#include "ir/facets.h"
#include "ops/rnn/cell.h"
#include "ops/rnn/rnn.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

constexpr int kInputs = 12;
constexpr int kAux = 9;

template <class Context>
RnnPlaces places(const Context& c, bool backward, bool time_major) {
  const bool weighted = c.has(10);
  RnnPlaces p{.weights = backward ? 5 : 1};
  if (weighted) {
    p.aux = kAux;
    p.aux_weights = backward ? 11 : 10;
  } else if (backward && c.has(kAux) && time_major) {
    // Batch-major, the reference gives both cells x.
    p.x = kAux;
  }
  return p;
}

void infer(const BidirectionalSequenceRnn& op, InferContext& c) {
  if (!c.require(c.inputs() == kInputs, "expected 12 inputs, got " + std::to_string(c.inputs())))
    return;
  const Shape& x = c.shape(0);
  if (!c.require(!x.ranked() || x.rank() == 3, "input: expected 3 dimensions, got " + x.text()))
    return;
  if (!c.require(c.outputs() == (op.merge_outputs ? 1 : 2), "merged outputs are one, others two"))
    return;
  if (!c.require(c.has(10) == c.has(11), "auxiliary weights must be both there or both absent"))
    return;
  if (!c.require(c.has(kAux) || !c.has(10), "auxiliary weights without an auxiliary sequence"))
    return;
  if (c.has(kAux)) {
    Shape wanted = x;
    if (x.ranked() && c.has(10)) wanted[2] = kUnknownDim;
    if (!c.require(c.dtype(kAux) == DType::kFloat32 && compatible(c.shape(kAux), wanted),
                   "auxiliary sequence: expected float32 " + wanted.text() + ", got " +
                       c.shape(kAux).text()))
      return;
  }
  const Dim forward = check_rnn(c, places(c, false, op.time_major), op.time_major);
  if (!c.ok()) return;
  const Dim backward = check_rnn(c, places(c, true, op.time_major), op.time_major);
  if (!c.ok()) return;
  infer_both_ways(c, {forward, backward, op.merge_outputs});
}

// The reference goes over a time-major sequence with weights quantised at run time as often as it
// has steps, each time from the states that it left.
std::int64_t walks(const BidirectionalSequenceRnn& op, DType weights, const Shape& x) {
  return op.time_major && weights != DType::kFloat32 && x.rank() == 3 ? x[0] : 1;
}

Cost cost(const BidirectionalSequenceRnn& op, const NodeTypes& t) {
  const Cost forward = rnn_cost(t, {.weights = 1, .aux_weights = 10}),
             backward = rnn_cost(t, {.weights = 5, .aux_weights = 11});
  const std::int64_t once = checked_add(forward.macs, backward.macs).value_or(INT64_MAX / 4);
  const std::int64_t macs =
      checked_mul(once, walks(op, t.inputs[1].dtype, t.inputs[0].shape)).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 2 ? macs : 2 * macs};
}

void eval(const BidirectionalSequenceRnn& op, EvalContext& c) {
  const std::int64_t count = walks(op, c.input(1).dtype, c.input(0).shape);
  for (const bool backward : {false, true}) {
    for (std::int64_t walk = 0; walk < count && c.ok(); ++walk) {
      run_rnn(c, {.places = places(c, backward, op.time_major),
                  .activation = op.activation,
                  .asymmetric = op.asymmetric_quantize_inputs,
                  .time_major = op.time_major,
                  .backward = backward,
                  .output = backward && !op.merge_outputs,
                  .last_units = backward && op.merge_outputs});
    }
  }
}

void read_tflite(TfliteNode& n) {
  const auto& o = n.options<tflite::BidirectionalSequenceRNNOptions>();
  if (!n.expect(9, kInputs, o.merge_outputs() ? 1 : 2) ||
      !n.require(n.inputs() == kInputs, "expected 12 inputs"))
    return;
  n.emit(BidirectionalSequenceRnn{.activation = n.activation(o.fused_activation_function()),
                                  .time_major = o.time_major(),
                                  .merge_outputs = o.merge_outputs(),
                                  .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs()});
}

void write_tflite(const BidirectionalSequenceRnn& op, TfliteWriter& w) {
  const auto options = tflite::CreateBidirectionalSequenceRNNOptions(
      w.fbb(), op.time_major, TfliteWriter::activation(op.activation), op.merge_outputs,
      op.asymmetric_quantize_inputs);
  const bool hybrid = w.input_type(1).dtype != DType::kFloat32;
  w.builtin(tflite::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_RNN, options,
            op.asymmetric_quantize_inputs ? 3
            : hybrid                      ? 2
                                          : 1);
}

}  // namespace

const OpDef BidirectionalSequenceRnn::kOp =
    define_op<BidirectionalSequenceRnn, infer, cost>("bidirectional_sequence_rnn");
extern const EvalFacet eval_bidirectional_sequence_rnn =
    eval_facet<BidirectionalSequenceRnn, eval>();
extern const ReadTfliteFacet read_tflite_bidirectional_sequence_rnn{
    tflite::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_RNN, read_tflite};
extern const WriteTfliteFacet write_tflite_bidirectional_sequence_rnn =
    write_tflite_facet<BidirectionalSequenceRnn, write_tflite>();

}  // namespace tare
