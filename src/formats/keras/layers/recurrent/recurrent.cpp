// Recurrent layers, and the wrapper that runs one in both directions.
#include "formats/keras/layers/recurrent/loop.h"
#include "ir/facets.h"
#include "ops/compose.h"

namespace tare {
namespace {

// States that come with the call: after the input, or by name.
std::vector<ValueId> initial_states(KerasLayer& layer) {
  std::vector<ValueId> states;
  for (int i = 1; i < layer.inputs(); ++i) states.push_back(layer.input(i));
  if (states.empty()) {
    std::vector<KerasTensor> named;
    layer.call().named_argument("initial_state").flatten(named);
    for (const KerasTensor& t : named) states.push_back(t.value);
  }
  if (!layer.call().named_argument("constants").is_none())
    layer.unsupported("constants of recurrent layers are not supported");
  return states;
}

// Keras 3 hands the mask that travels with the input only to calls with no further tensor; the
// outputs carry it on all the same.
ValueId mask_of(KerasLayer& layer, const std::vector<ValueId>& initial) {
  const bool alone = initial.empty() || !layer.call().named_argument("mask").is_none();
  return layer.generation() == 2 || alone ? layer.mask() : ValueId::kNone;
}

void read_recurrent(KerasLayer& layer) {
  if (!layer.expect(1, INT32_MAX)) return;
  const LoopOptions options = read_loop_options(layer);
  const std::vector<ValueId> states = initial_states(layer);
  const LoopResult result = run_loop(layer, options, layer.input(), mask_of(layer, states), states);
  if (!layer.ok()) return;
  layer.output(result.output, options.return_sequences ? layer.mask() : ValueId::kNone);
  if (!options.return_state) return;
  for (const ValueId state : result.states) layer.output(state, ValueId::kNone);
}

// A wrapped layer, forwards or backwards; its name in the older weight stores has the direction in
// front.
KerasObject& direction(KerasLayer& layer, std::string_view attribute, std::string_view prefix,
                       Json serialized) {
  KerasObject& object = layer.child(attribute, serialized);
  const std::string full = std::string(prefix) + object.name;
  if (object.names.back() == object.name && !object.name.starts_with(prefix))
    object.names.push_back(full);
  return object;
}

ValueId merged(KerasLayer& layer, Compose& g, std::string_view mode, ValueId a, ValueId b) {
  if (mode == "concat") return g.concat({a, b}, -1);
  if (mode == "sum") return g.add(a, b);
  if (mode == "ave") return g.mul(g.add(a, b), 0.5);
  if (mode == "mul") return g.mul(a, b);
  layer.fail("merge_mode: '" + std::string(mode) + "' is unknown");
  return a;
}

void read_bidirectional(KerasLayer& layer) {
  if (!layer.expect(1, INT32_MAX)) return;
  const Json one = layer.config("layer");
  const Json other = layer.config("backward_layer");
  KerasObject& forward = direction(layer, "forward_layer", "forward_", one);
  KerasObject& backward =
      direction(layer, "backward_layer", "backward_", other.is_object() ? other : one);
  if (!layer.ok()) return;
  KerasLayer ahead(forward, layer.call(), layer.builder(), layer.host());
  KerasLayer back(backward, layer.call(), layer.builder(), layer.host());
  LoopOptions options = read_loop_options(ahead);
  LoopOptions reverse = read_loop_options(back);
  options.zero_masked_outputs = options.return_sequences;
  reverse.zero_masked_outputs = reverse.return_sequences;
  if (!other.is_object()) reverse.backwards = !options.backwards;
  const std::vector<ValueId> states = initial_states(layer);
  const auto half = states.begin() + static_cast<std::ptrdiff_t>(states.size() / 2);
  const std::string scope = layer.builder().scope();
  layer.builder().set_scope(scope + "/forward");
  const ValueId mask = mask_of(layer, states);
  const LoopResult a = run_loop(ahead, options, layer.input(), mask, {states.begin(), half});
  layer.builder().set_scope(scope + "/backward");
  LoopResult b = run_loop(back, reverse, layer.input(), mask, {half, states.end()});
  layer.builder().set_scope(scope);
  if (!layer.ok()) return;
  Compose g(layer.builder());
  // Outputs of the way back are in the order they were made.
  if (options.return_sequences) b.output = g.reverse(b.output, options.time_major ? 0 : 1);
  const ValueId kept = options.return_sequences ? layer.mask() : ValueId::kNone;
  const Json mode = layer.config("merge_mode");
  if (mode.exists() && mode.is_null()) {
    layer.output(a.output, kept);
    layer.output(b.output, kept);
  } else {
    layer.output(
        merged(layer, g, mode.exists() ? layer.text("merge_mode") : "concat", a.output, b.output),
        kept);
  }
  if (!options.return_state) return;
  for (const ValueId state : a.states) layer.output(state, ValueId::kNone);
  for (const ValueId state : b.states) layer.output(state, ValueId::kNone);
}

// Cells are read by the layer that has them.
void read_cell(KerasLayer& layer) { layer.unsupported("a cell can only be used inside RNN"); }

}  // namespace

extern const ReadKerasFacet read_keras_simple_rnn_cell{"SimpleRNNCell", read_cell};
extern const ReadKerasFacet read_keras_lstm_cell{"LSTMCell", read_cell};
extern const ReadKerasFacet read_keras_gru_cell{"GRUCell", read_cell};
extern const ReadKerasFacet read_keras_stacked_rnn_cells{"StackedRNNCells", read_cell};
extern const ReadKerasFacet read_keras_rnn{"RNN", read_recurrent};
extern const ReadKerasFacet read_keras_simple_rnn{"SimpleRNN", read_recurrent};
extern const ReadKerasFacet read_keras_lstm{"LSTM", read_recurrent};
extern const ReadKerasFacet read_keras_gru{"GRU", read_recurrent};
extern const ReadKerasFacet read_keras_conv_lstm_1d{"ConvLSTM1D", read_recurrent};
extern const ReadKerasFacet read_keras_conv_lstm_2d{"ConvLSTM2D", read_recurrent};
extern const ReadKerasFacet read_keras_conv_lstm_3d{"ConvLSTM3D", read_recurrent};
extern const ReadKerasFacet read_keras_bidirectional{"Bidirectional", read_bidirectional};

}  // namespace tare
