// Whole recurrent cells and layers as one node (tf.contrib.rnn's fused cells): gates in one matrix
// product, as TensorFlow's op documentation defines them.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/scan.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

struct LstmOptions {
  double forget_bias = 1, cell_clip = 3;
  bool peephole = false;
  bool forget_second = false;  // gates stand as i, c, f, o; in version 2 of the layer as i, f, c, o
};

struct LstmWeights {
  ValueId w, peep_i, peep_f, peep_o, bias;
};

// In the order in which all of these ops give them.
struct LstmStep {
  ValueId i, state, f, o, candidate, squashed, h;
  std::vector<ValueId> all() const { return {i, state, f, o, candidate, squashed, h}; }
};

LstmOptions options_of(TfNode& n) {
  const bool second = n.op() == "BlockLSTMV2";
  return {.forget_bias = second ? 0.0 : n.number("forget_bias", 1),
          .cell_clip =
              n.number("cell_clip", n.op() == "BlockLSTM" || n.op() == "LSTMBlockCell" ? 3 : 0),
          .peephole = n.flag("use_peephole", false),
          .forget_second = second};
}

LstmStep lstm_step(Compose& g, const LstmOptions& options, const LstmWeights& weights, ValueId x,
                   ValueId state_before, ValueId h_before) {
  const ValueId joined = g.concat({x, h_before}, 1);
  const ValueId gates = g.add(g.matmul(joined, weights.w), weights.bias);
  std::vector<ValueId> part = g.split(gates, 1, 4);
  if (!g.ok()) return {};
  if (options.forget_second) std::swap(part[1], part[2]);
  const auto gate = [&](ValueId v, ValueId state, ValueId peep) {
    if (options.peephole) v = g.add(v, g.mul(state, peep));
    return g.unary(UnaryKind::kLogistic, v);
  };
  LstmStep s;
  s.i = gate(part[0], state_before, weights.peep_i);
  s.f = gate(g.add(part[2], options.forget_bias), state_before, weights.peep_f);
  s.candidate = g.unary(UnaryKind::kTanh, part[1]);
  s.state = g.add(g.mul(s.candidate, s.i), g.mul(state_before, s.f));
  if (options.cell_clip > 0) s.state = g.clip(s.state, -options.cell_clip, options.cell_clip);
  s.o = gate(part[3], s.state, weights.peep_o);
  s.squashed = g.unary(UnaryKind::kTanh, s.state);
  s.h = g.mul(s.squashed, s.o);
  return s;
}

bool is_matrix(TfNode& n, int input) {
  const Shape& s = n.type(input).shape;
  return n.require(s.rank() == 2,
                   "input " + std::to_string(input) + ": expected a matrix, got " + s.text());
}

void lstm_block_cell(TfNode& n) {
  if (!n.expect(8)) return;
  for (const int i : {0, 1, 2, 3}) {
    if (!is_matrix(n, i)) return;
  }
  Compose g(n.builder());
  const LstmWeights weights{n.input(3), n.input(4), n.input(5), n.input(6), n.input(7)};
  n.outputs(lstm_step(g, options_of(n), weights, n.input(0), n.input(1), n.input(2)).all());
}

// One step in a graph of its own: the two states, the weights (states that stay), the input.
Scan scan_of(TfNode& n) {
  GraphBuilder& outer = n.builder();
  Module& module = outer.module();
  Scan scan{
      .body = static_cast<GraphId>(module.graphs.size()), .states = 7, .outputs = 7, .axis = 0};
  module.graphs.emplace_back();
  module.graphs.back().name = outer.scope() + "/step";
  GraphBuilder builder(module, scan.body);
  builder.set_scope(outer.scope() + "/step");
  Compose g(builder);
  std::vector<ValueId> in;
  for (const int i : {2, 3, 4, 5, 6, 7, 8}) in.push_back(builder.input("state", n.type(i)));
  TensorType x = n.type(1);
  x.shape.erase(0);
  const LstmStep step = lstm_step(g, options_of(n), {in[2], in[3], in[4], in[5], in[6]},
                                  builder.input("x", x), in[0], in[1]);
  builder.output(step.state);
  builder.output(step.h);
  for (std::size_t i = 2; i < in.size(); ++i) builder.output(in[i]);
  for (const ValueId v : step.all()) builder.output(v);
  if (!builder.ok()) outer.fail(builder.error());
  return scan;
}

// Of a whole sequence [steps, batch, inputs]; what lies past seq_len_max is zero.
void block_lstm(TfNode& n) {
  if (!n.expect(9)) return;
  if (!n.require(n.type(1).shape.rank() == 3, "x: expected [steps, batch, inputs]")) return;
  for (const int i : {2, 3, 4}) {
    if (!is_matrix(n, i)) return;
  }
  Compose g(n.builder());
  const Scan scan = scan_of(n);
  if (!n.ok()) return;
  std::vector<ValueId> inputs(n.all_inputs().begin() + 2, n.all_inputs().end());
  inputs.push_back(n.input(1));
  const auto results = n.builder().emit_n(scan, inputs, scan.states + scan.outputs);
  if (!n.ok()) return;
  const ValueId steps = g.range(g.extent(n.input(1), 0));
  const ValueId within =
      g.reshape(g.binary(BinaryKind::kLess, steps, g.cast(n.input(0), DType::kInt32)),
                {Extent(-1), Extent(1), Extent(1)});
  for (std::size_t i = 0; i < 7; ++i) {
    const ValueId y = results[static_cast<std::size_t>(scan.states) + i];
    n.output(i, g.select(within, y, g.number(0, g.dtype(y))));
  }
}

void gru_block_cell(TfNode& n) {
  if (!n.expect(6)) return;
  for (const int i : {0, 1, 2, 3}) {
    if (!is_matrix(n, i)) return;
  }
  Compose g(n.builder());
  const ValueId x = n.input(0), before = n.input(1);
  const ValueId gates = g.unary(UnaryKind::kLogistic,
                                g.add(g.matmul(g.concat({x, before}, 1), n.input(2)), n.input(4)));
  const std::vector<ValueId> part = g.split(gates, 1, 2);
  if (!n.ok()) return;
  const ValueId reset = part[0], update = part[1];
  const ValueId joined = g.concat({x, g.mul(reset, before)}, 1);
  const ValueId candidate =
      g.unary(UnaryKind::kTanh, g.add(g.matmul(joined, n.input(3)), n.input(5)));
  const ValueId h = g.add(g.mul(update, before), g.mul(g.sub(1.0, update), candidate));
  n.outputs(std::vector<ValueId>{reset, update, candidate, h});
}

}  // namespace

extern const ReadTfFacet read_tf_block_lstm{"BlockLSTM", block_lstm};
extern const ReadTfFacet read_tf_block_lstm_v2{"BlockLSTMV2", block_lstm};
extern const ReadTfFacet read_tf_gru_block_cell{"GRUBlockCell", gru_block_cell};
extern const ReadTfFacet read_tf_lstm_block_cell{"LSTMBlockCell", lstm_block_cell};

}  // namespace tare
