// RNN and UNIDIRECTIONAL_SEQUENCE_RNN.
#include "ops/rnn/rnn.h"

#include "ir/facets.h"
#include "ops/rnn/cell.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::string_view variant(const Rnn& op) {
  return op.sequence ? "unidirectional_sequence_rnn" : "rnn";
}

void infer(const Rnn& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const int rank = op.sequence ? 3 : 2;
  if (!c.require(!x.ranked() || x.rank() == rank,
                 "input: expected " + std::to_string(rank) + " dimensions, got " + x.text()))
    return;
  const Dim units = check_rnn(c, {}, op.sequence && op.time_major);
  Shape y = x;
  if (y.ranked()) y[rank - 1] = units;
  c.output(0, DType::kFloat32, y);
}

Cost cost(const Rnn&, const NodeTypes& t) { return rnn_cost(t, {}); }

void eval(const Rnn& op, EvalContext& c) {
  run_rnn(c, {.places = {},
              .activation = op.activation,
              .asymmetric = op.asymmetric_quantize_inputs,
              .time_major = op.time_major});
}

void read_rnn(TfliteNode& n) {
  if (!n.expect(5, 5)) return;
  const auto& o = n.options<tflite::RNNOptions>();
  n.emit(Rnn{.sequence = false,
             .activation = n.activation(o.fused_activation_function()),
             .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs()});
}

void read_sequence(TfliteNode& n) {
  if (!n.expect(5, 5)) return;
  const auto& o = n.options<tflite::SequenceRNNOptions>();
  n.emit(Rnn{.activation = n.activation(o.fused_activation_function()),
             .time_major = o.time_major(),
             .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs()});
}

void write_tflite(const Rnn& op, TfliteWriter& w) {
  const auto activation = TfliteWriter::activation(op.activation);
  const bool hybrid = w.input_type(1).dtype != DType::kFloat32;
  const int version = op.asymmetric_quantize_inputs ? 3 : hybrid ? 2 : 1;
  if (op.sequence) {
    const auto options = tflite::CreateSequenceRNNOptions(w.fbb(), op.time_major, activation,
                                                          op.asymmetric_quantize_inputs);
    return w.builtin(tflite::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_RNN, options, version);
  }
  w.builtin(tflite::BuiltinOperator_RNN,
            tflite::CreateRNNOptions(w.fbb(), activation, op.asymmetric_quantize_inputs), version);
}

}  // namespace

const OpDef Rnn::kOp = define_op_table<Rnn, infer, variant, cost>("rnn");
extern const EvalFacet eval_rnn = eval_facet<Rnn, eval>();
extern const ReadTfliteFacet read_tflite_rnn{tflite::BuiltinOperator_RNN, read_rnn};
extern const ReadTfliteFacet read_tflite_unidirectional_sequence_rnn{
    tflite::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_RNN, read_sequence};
extern const WriteTfliteFacet write_tflite_rnn = write_tflite_facet<Rnn, write_tflite>();

}  // namespace tare
