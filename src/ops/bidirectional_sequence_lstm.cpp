// Each direction is one cell of ops/lstm.
#include "ops/bidirectional_sequence_lstm.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/lstm/cell.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

constexpr int kInputs = 48;
constexpr int kAux = 39;

// `with_aux`: the auxiliary sequence has weights; else, where it is there, the backward cell reads
// it.
constexpr LstmPlaces places(bool backward, bool has_aux, bool with_aux) {
  LstmPlaces p = lstm_places(backward ? 18 : 1);
  const int state = backward ? 37 : 35, aux = backward ? 44 : 40;
  p.x = backward && has_aux && !with_aux ? kAux : 0;
  p.aux = with_aux ? kAux : -1;
  if (with_aux) p.aux_weights = {aux, aux + 1, aux + 2, aux + 3};
  p.output_state = state;
  p.cell_state = state + 1;
  return p;
}

template <class Context>
LstmPlaces places(const Context& c, bool backward) {
  return places(backward, c.has(kAux), c.has(41));
}

bool check_aux(InferContext& c) {
  for (int i = 40; i < kInputs; ++i) {
    const bool input_gate = i == 40 || i == 44;
    const bool coupled = !c.has(i == 40 ? 1 : 18);
    if (!c.require(c.has(i) == (c.has(41) && !(input_gate && coupled)),
                   "auxiliary weights must be all there or all absent"))
      return false;
  }
  if (!c.has(kAux)) return c.require(!c.has(41), "auxiliary weights without an auxiliary sequence");
  if (!c.require(c.dtype(kAux) == DType::kFloat32, "auxiliary sequence: expected float32"))
    return false;
  Shape wanted = c.shape(0);
  if (!wanted.ranked() || !c.shape(kAux).ranked()) return true;
  if (c.has(41)) wanted[2] = kUnknownDim;
  return c.require(
      compatible(c.shape(kAux), wanted),
      "auxiliary sequence: expected " + wanted.text() + ", got " + c.shape(kAux).text());
}

void infer(const BidirectionalSequenceLstm& op, InferContext& c) {
  if (!c.require(c.inputs() == kInputs, "expected 48 inputs, got " + std::to_string(c.inputs())))
    return;
  const Shape& x = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kFloat32,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(!x.ranked() || x.rank() == 3, "input: expected 3 dimensions, got " + x.text()))
    return;
  if (!c.require(op.cell_clip >= 0 && op.projection_clip >= 0, "clips must not be negative"))
    return;
  if (op.activation == Activation::kSignBit || op.activation == Activation::kReluN1To1)
    return c.fail("the activation has no kernel", Code::kUnsupported);
  if (!c.require(c.outputs() == (op.merge_outputs ? 1 : 2), "merged outputs are one, others two"))
    return;
  if (!check_aux(c)) return;
  const Dim forward = check_lstm(c, {.places = places(c, false), .time_major = op.time_major});
  if (!c.ok()) return;
  const Dim backward = check_lstm(c, {.places = places(c, true), .time_major = op.time_major});
  if (!c.ok()) return;
  infer_both_ways(c, {forward, backward, op.merge_outputs});
}

Cost cost(const BidirectionalSequenceLstm&, const NodeTypes& t) {
  const Shape& x = t.inputs[0].shape;
  const std::int64_t rows = x.rank() == 3 ? checked_mul(x[0], x[1]).value_or(INT64_MAX / 4) : 0;
  const auto cell = [&](bool backward) {
    return checked_mul(rows, lstm_macs(t, places(backward, true, true))).value_or(INT64_MAX / 8);
  };
  const std::int64_t macs = cell(false) + cell(true);
  return {.macs = macs, .flops = 2 * macs};
}

void eval(const BidirectionalSequenceLstm& op, EvalContext& c) {
  for (const bool backward : {false, true}) {
    const LstmPlaces at = places(c, backward);
    LstmCell cell = lstm_cell(c, at);
    cell.activation = op.activation;
    cell.cell_clip = op.cell_clip;
    cell.projection_clip = op.projection_clip;
    cell.asymmetric = op.asymmetric_quantize_inputs;
    LstmSequence sequence = lstm_sequence(
        c, cell,
        {.places = at, .output = backward && !op.merge_outputs, .time_major = op.time_major});
    sequence.backward = backward;
    if (backward && op.merge_outputs) sequence.offset = sequence.stride - cell.outputs;
    run_float_lstm(c, cell, sequence);
    if (!c.ok()) return;
  }
}

void read_tflite(TfliteNode& n) {
  const auto& o = n.options<tflite::BidirectionalSequenceLSTMOptions>();
  if (!n.expect(1, kInputs, o.merge_outputs() ? 1 : 2) ||
      !n.require(n.inputs() == kInputs, "expected 48 inputs"))
    return;
  n.emit(BidirectionalSequenceLstm{.activation = n.activation(o.fused_activation_function()),
                                   .cell_clip = o.cell_clip(),
                                   .projection_clip = o.proj_clip(),
                                   .merge_outputs = o.merge_outputs(),
                                   .time_major = o.time_major(),
                                   .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs()});
}

void write_tflite(const BidirectionalSequenceLstm& op, TfliteWriter& w) {
  const auto options = tflite::CreateBidirectionalSequenceLSTMOptions(
      w.fbb(), TfliteWriter::activation(op.activation), op.cell_clip, op.projection_clip,
      op.merge_outputs, op.time_major, op.asymmetric_quantize_inputs);
  w.builtin(tflite::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_LSTM, options,
            op.asymmetric_quantize_inputs ? 3 : 2);
}

}  // namespace

const OpDef BidirectionalSequenceLstm::kOp =
    define_op<BidirectionalSequenceLstm, infer, cost>("bidirectional_sequence_lstm");
extern const EvalFacet eval_bidirectional_sequence_lstm =
    eval_facet<BidirectionalSequenceLstm, eval>();
extern const ReadTfliteFacet read_tflite_bidirectional_sequence_lstm{
    tflite::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_LSTM, read_tflite};
extern const WriteTfliteFacet write_tflite_bidirectional_sequence_lstm =
    write_tflite_facet<BidirectionalSequenceLstm, write_tflite>();

}  // namespace tare
