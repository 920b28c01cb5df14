// The body is a graph of its own, run by the scan op; cells may be stacked in it.
#include "formats/keras/layers/recurrent/loop.h"

#include <map>

#include "formats/keras/layers/recurrent/cell.h"
#include "formats/keras/layers/window.h"
#include "formats/keras/topology.h"
#include "ir/constant_tensor.h"
#include "ops/scan.h"
#include "ops/variable/variable.h"

namespace tare {
namespace {

struct Cell {
  const CellKind* kind = nullptr;
  KerasObject* object = nullptr;
};

void add_cells(KerasLayer& layer, KerasObject& object, std::vector<Cell>& cells) {
  if (const CellKind* kind = find_cell(object.class_name)) return cells.push_back({kind, &object});
  if (object.class_name != "StackedRNNCells") {
    return layer.unsupported(
        "cell '" + object.class_name +
        "' is unknown; a custom cell is Python code: export the model as a SavedModel or TFLite");
  }
  static const KerasCall kNoCall;
  KerasLayer stack(object, kNoCall, layer.builder(), layer.host());
  const Json list = stack.config("cells");
  if (!list.is_array() || list.size() == 0 || list.size() > 256)
    return layer.fail("cells: expected an array of cells");
  std::map<std::string, int> used;
  for (const Json serialized : list) {
    const std::string name = snake_case(serialized.at("class_name").if_string().value_or(""));
    const int number = used[name]++;
    add_cells(layer,
              stack.child("cells/" + name + (number == 0 ? "" : "_" + std::to_string(number)),
                          serialized),
              cells);
    if (!layer.ok()) return;
  }
}

std::vector<Cell> cells_of(KerasLayer& layer) {
  std::vector<Cell> cells;
  if (const CellKind* kind = find_cell_of_layer(layer.class_name())) {
    KerasObject& part = layer.part("cell", snake_case(kind->class_name));
    part.config = layer.object().config;
    cells.push_back({kind, &part});
  } else {
    const Json cell = layer.config("cell");
    // A list of cells is a stack of them.
    if (cell.is_array())
      layer.unsupported("a list of cells that is not stacked");
    else
      add_cells(layer, layer.child("cell", cell), cells);
  }
  if (layer.ok() && cells.empty()) layer.fail("cell: expected a cell");
  return cells;
}

// A cell as a layer in whichever graph is being built.
class CellLayer {
 public:
  CellLayer(const Cell& cell, GraphBuilder& builder, KerasHost& host)
      : kind_(*cell.kind), layer_(*cell.object, kNoCall, builder, host) {}
  ValueId project(ValueId x) { return kind_.project(layer_, x); }
  CellStep step(ValueId projected, const std::vector<ValueId>& states) {
    return kind_.step(layer_, projected, states);
  }
  std::vector<Extent> state_extents(ValueId projected) {
    return kind_.state_extents(layer_, projected);
  }

 private:
  static const KerasCall kNoCall;
  const CellKind& kind_;
  KerasLayer layer_;
};
const KerasCall CellLayer::kNoCall;

TensorType without_steps(TensorType type) {
  type.shape.erase(1);
  return type;
}

// Zeros, or what the run before left.
struct States {
  std::vector<ValueId> values;
  std::vector<ValueId> handles;  // of stateful layers
};

ValueId variable_handle(GraphBuilder& builder, const std::string& name) {
  return builder.emit(VarHandle{.container = {}, .shared_name = name}, {});
}

// Assigns zeros once before the first run, and after each reset.
void clear_at_start(GraphBuilder& builder, const std::string& name, const TensorType& type) {
  Module& module = builder.module();
  if (module.initializer == GraphId::kNone) {
    module.initializer = static_cast<GraphId>(module.graphs.size());
    module.graphs.emplace_back();
    module.graphs.back().name = "initializer";
  }
  GraphBuilder init(module, module.initializer);
  init.set_scope(name);
  const TensorValue zeros = TensorValue::zeros(type);
  init.emit_n(AssignVariable{},
              {variable_handle(init, name), init.constant(name, type, zeros.bytes)}, 0);
  if (!init.ok()) builder.fail(init.error());
}

States states_of(KerasLayer& layer, const LoopOptions& options, const std::vector<Cell>& cells,
                 ValueId x, ValueId projected, std::vector<ValueId> initial) {
  Compose g(layer.builder());
  States states;
  std::size_t total = 0;
  for (const Cell& cell : cells) total += static_cast<std::size_t>(cell.kind->states);
  if (!initial.empty() && initial.size() != total) {
    layer.fail("expected " + std::to_string(total) + " initial states, got " +
               std::to_string(initial.size()));
    return states;
  }
  for (const Cell& cell : cells) {
    std::vector<Extent> extents =
        CellLayer(cell, layer.builder(), layer.host()).state_extents(projected);
    extents.insert(extents.begin(), g.extent(x, 0));
    for (int i = 0; i < cell.kind->states && layer.ok(); ++i) {
      const std::size_t at = states.values.size();
      if (!initial.empty()) {
        states.values.push_back(initial[at]);
        continue;
      }
      if (!options.stateful) {
        states.values.push_back(g.fill(extents, g.number(0, layer.compute_type())));
        continue;
      }
      TensorType type = tensor_type(layer.compute_type(), {});
      for (const Extent& e : extents)
        type.shape.push_back(e.of == ValueId::kNone ? e.number : kUnknownDim);
      if (!layer.require(type.shape.known(), "a stateful layer needs a fixed batch size"))
        return states;
      const std::string name = layer.builder().scope() + "/state" + std::to_string(at);
      clear_at_start(layer.builder(), name, type);
      states.handles.push_back(variable_handle(layer.builder(), name));
      states.values.push_back(layer.emit(ReadVariable{.dtype = type.dtype, .shape = type.shape},
                                         {states.handles.back()}));
    }
  }
  return states;
}

// condition ? a : b, where the condition is [batch].
ValueId choose(Compose& g, ValueId condition, ValueId a, ValueId b) {
  while (g.ok() && g.rank(condition) < g.rank(a)) condition = g.expand_dims(condition, -1);
  return g.select(condition, a, b);
}

struct Body {
  GraphId graph = GraphId::kNone;
  bool carries_output = false;  // as a further state: what a masked step repeats
};

// One step in a graph of its own: inputs are the states, the output before (if masked), the input's
// part, the mask.
Body build_body(KerasLayer& layer, const LoopOptions& options, const std::vector<Cell>& cells,
                const States& states, ValueId projected, ValueId mask) {
  GraphBuilder& outer = layer.builder();
  Module& module = outer.module();
  Body body{.graph = static_cast<GraphId>(module.graphs.size()),
            .carries_output = mask != ValueId::kNone};
  module.graphs.emplace_back();
  module.graphs.back().name = outer.scope() + "/step";
  GraphBuilder builder(module, body.graph);
  builder.set_scope(outer.scope() + "/step");
  Compose g(builder);
  std::vector<ValueId> before;
  for (const ValueId s : states.values) before.push_back(builder.input("state", outer.type(s)));
  // The output has the shape of the last cell's first state.
  const std::size_t last =
      states.values.size() - static_cast<std::size_t>(cells.back().kind->states);
  const ValueId output_before = body.carries_output
                                    ? builder.input("output", outer.type(states.values[last]))
                                    : ValueId::kNone;
  ValueId x = builder.input("x", without_steps(outer.type(projected)));
  const ValueId kept =
      body.carries_output ? builder.input("mask", without_steps(outer.type(mask))) : ValueId::kNone;
  std::vector<ValueId> after;
  for (std::size_t i = 0, at = 0; i < cells.size() && builder.ok(); ++i) {
    CellLayer cell(cells[i], builder, layer.host());
    const auto count = static_cast<std::size_t>(cells[i].kind->states);
    const std::vector<ValueId> own(before.begin() + static_cast<std::ptrdiff_t>(at),
                                   before.begin() + static_cast<std::ptrdiff_t>(at + count));
    const CellStep step = cell.step(i == 0 ? x : cell.project(x), own);
    x = step.output;
    after.insert(after.end(), step.states.begin(), step.states.end());
    at += count;
  }
  if (body.carries_output && builder.ok()) {
    for (std::size_t i = 0; i < after.size(); ++i) after[i] = choose(g, kept, after[i], before[i]);
    x = choose(g, kept, x, options.zero_masked_outputs ? g.mul(output_before, 0.0) : output_before);
    after.push_back(x);
  }
  for (const ValueId v : after) builder.output(v);
  if (options.return_sequences) builder.output(x);
  if (!builder.ok()) outer.fail(builder.error());
  return body;
}

}  // namespace

LoopOptions read_loop_options(KerasLayer& layer) {
  return {.return_sequences = layer.flag("return_sequences", false),
          .return_state = layer.flag("return_state", false),
          .backwards = layer.flag("go_backwards", false),
          .stateful = layer.flag("stateful", false),
          .time_major = layer.flag("time_major", false),
          .zero_masked_outputs = layer.flag("zero_output_for_mask", false)};
}

LoopResult run_loop(KerasLayer& layer, const LoopOptions& options, ValueId x, ValueId mask,
                    std::vector<ValueId> initial) {
  Compose g(layer.builder());
  LoopResult result;
  const bool images = layer.class_name().starts_with("ConvLSTM");
  const bool first = images && layer.channels_first();
  if (!layer.require(layer.shape(x).ranked() && layer.rank(x) >= 3,
                     "expected an input of [batch, steps, features]"))
    return result;
  if (options.time_major) x = g.move_axis(x, 0, 1);
  if (options.time_major && mask != ValueId::kNone) mask = g.move_axis(mask, 0, 1);
  if (first) x = g.move_axis(x, 2, -1);
  for (ValueId& s : initial) {
    if (first) s = channels_last(g, s);
  }
  const std::vector<Cell> cells = cells_of(layer);
  if (!layer.ok()) return result;
  const ValueId projected = CellLayer(cells[0], layer.builder(), layer.host()).project(x);
  const States states = states_of(layer, options, cells, x, projected, std::move(initial));
  if (!layer.ok()) return result;
  if (mask != ValueId::kNone) mask = g.cast(mask, DType::kBool);
  const Body body = build_body(layer, options, cells, states, projected, mask);
  if (!layer.ok()) return result;

  Scan scan{.body = body.graph,
            .states = static_cast<int>(states.values.size()),
            .outputs = options.return_sequences ? 1 : 0,
            .backwards = options.backwards};
  std::vector<ValueId> inputs = states.values;
  const std::size_t last =
      states.values.size() - static_cast<std::size_t>(cells.back().kind->states);
  if (body.carries_output) {
    inputs.push_back(g.mul(states.values[last], 0.0));
    ++scan.states;
  }
  inputs.push_back(projected);
  if (mask != ValueId::kNone) inputs.push_back(mask);
  scan.sequences = mask == ValueId::kNone ? 1 : 2;
  const auto outputs = layer.builder().emit_n(scan, inputs, scan.states + scan.outputs);
  for (std::size_t i = 0; i < states.handles.size(); ++i) {
    layer.builder().emit_n(AssignVariable{}, {states.handles[i], outputs[i]}, 0);
  }
  result.states.assign(outputs.begin(),
                       outputs.begin() + static_cast<std::ptrdiff_t>(states.values.size()));
  result.output = options.return_sequences ? outputs.back()
                  : body.carries_output    ? outputs[states.values.size()]
                                           : outputs[last];
  if (first) {
    result.output = g.move_axis(result.output, -1, options.return_sequences ? 2 : 1);
    for (ValueId& s : result.states) s = channels_first(g, s);
  }
  if (options.time_major && options.return_sequences)
    result.output = g.move_axis(result.output, 1, 0);
  return result;
}

}  // namespace tare
