// LSTM, GRU and simple cells.
#include "formats/keras/layers/recurrent/cell.h"
#include "ir/constant_tensor.h"

namespace tare {
namespace {

std::int64_t units_of(KerasLayer& cell) { return cell.count("units"); }

std::vector<Extent> unit_extents(KerasLayer& cell, ValueId) { return {units_of(cell)}; }

// A kernel [rows, gates * units] as a dense layer's weights, or columns of it.
ValueId kernel(KerasLayer& cell, const KerasWeight& weight, std::int64_t begin, std::int64_t end) {
  return cell.constant(std::string(weight.name) + std::to_string(begin), [&] {
    const TensorValue w = cell.weight(weight);
    return cell.ok() ? transposed(sliced(w, 1, begin, end), std::array{1, 0}) : w;
  });
}

// x . kernel + bias for all gates.
ValueId input_product(KerasLayer& cell, ValueId x, std::int64_t columns, ValueId bias) {
  Compose g(cell.builder());
  const std::int64_t width = cell.extent(x, cell.rank(x) - 1);
  return g.dense(x, kernel(cell, {"kernel", 0, {width, columns}}, 0, columns), bias);
}

ValueId state_product(KerasLayer& cell, ValueId h, std::int64_t begin, std::int64_t end,
                      std::int64_t columns, ValueId bias) {
  Compose g(cell.builder());
  return g.dense(h, kernel(cell, {"recurrent_kernel", 1, {units_of(cell), columns}}, begin, end),
                 bias);
}

ValueId plain_bias(KerasLayer& cell, std::int64_t columns) {
  return cell.flag("use_bias", true) ? cell.weight_value({"bias", 2, {columns}}) : ValueId::kNone;
}

ValueId project_simple(KerasLayer& cell, ValueId x) {
  const std::int64_t units = units_of(cell);
  return input_product(cell, x, units, plain_bias(cell, units));
}

CellStep step_simple(KerasLayer& cell, ValueId projected, const std::vector<ValueId>& states) {
  Compose g(cell.builder());
  const std::int64_t units = units_of(cell);
  const ValueId sum =
      g.add(projected, state_product(cell, states[0], 0, units, units, ValueId::kNone));
  const ValueId h = cell.activate("activation", sum);
  return {h, {h}};
}

ValueId project_lstm(KerasLayer& cell, ValueId x) {
  const std::int64_t columns = 4 * units_of(cell);
  return input_product(cell, x, columns, plain_bias(cell, columns));
}

// Gates: input, forget, candidate, output.
CellStep step_lstm(KerasLayer& cell, ValueId projected, const std::vector<ValueId>& states) {
  Compose g(cell.builder());
  const std::int64_t columns = 4 * units_of(cell);
  const ValueId sum =
      g.add(projected, state_product(cell, states[0], 0, columns, columns, ValueId::kNone));
  const auto gates = g.split(sum, -1, 4);
  const ValueId in = cell.activate("recurrent_activation", gates[0]);
  const ValueId forget = cell.activate("recurrent_activation", gates[1]);
  const ValueId candidate = cell.activate("activation", gates[2]);
  const ValueId out = cell.activate("recurrent_activation", gates[3]);
  const ValueId carry = g.add(g.mul(forget, states[1]), g.mul(in, candidate));
  const ValueId h = g.mul(out, cell.activate("activation", carry));
  return {h, {h, carry}};
}

// With reset_after there is a bias for the input's part and one for the state's.
ValueId gru_bias(KerasLayer& cell, int row) {
  const std::int64_t columns = 3 * units_of(cell);
  if (!cell.flag("use_bias", true)) return ValueId::kNone;
  if (!cell.flag("reset_after", false))
    return row == 0 ? plain_bias(cell, columns) : ValueId::kNone;
  return cell.constant("bias" + std::to_string(row), [&] {
    const TensorValue both = cell.weight({"bias", 2, {2, columns}});
    return cell.ok() ? reshaped(sliced(both, 0, row, row + 1), {columns}) : both;
  });
}

ValueId project_gru(KerasLayer& cell, ValueId x) {
  return input_product(cell, x, 3 * units_of(cell), gru_bias(cell, 0));
}

// Gates: update, reset, candidate.
CellStep step_gru(KerasLayer& cell, ValueId projected, const std::vector<ValueId>& states) {
  Compose g(cell.builder());
  const std::int64_t units = units_of(cell), columns = 3 * units;
  const ValueId h = states[0];
  const auto x = g.split(projected, -1, 3);
  ValueId update, reset, candidate;
  if (cell.flag("reset_after", false)) {
    const auto inner =
        g.split(state_product(cell, h, 0, columns, columns, gru_bias(cell, 1)), -1, 3);
    update = cell.activate("recurrent_activation", g.add(x[0], inner[0]));
    reset = cell.activate("recurrent_activation", g.add(x[1], inner[1]));
    candidate = g.add(x[2], g.mul(reset, inner[2]));
  } else {
    const auto inner =
        g.split(state_product(cell, h, 0, 2 * units, columns, ValueId::kNone), -1, 2);
    update = cell.activate("recurrent_activation", g.add(x[0], inner[0]));
    reset = cell.activate("recurrent_activation", g.add(x[1], inner[1]));
    candidate = g.add(
        x[2], state_product(cell, g.mul(reset, h), 2 * units, columns, columns, ValueId::kNone));
  }
  candidate = cell.activate("activation", candidate);
  const ValueId next = g.add(g.mul(update, h), g.mul(g.sub(1.0, update), candidate));
  return {next, {next}};
}

constexpr CellKind kCells[] = {
    {"SimpleRNNCell", "SimpleRNN", 1, project_simple, step_simple, unit_extents},
    {"LSTMCell", "LSTM", 2, project_lstm, step_lstm, unit_extents},
    {"GRUCell", "GRU", 1, project_gru, step_gru, unit_extents},
};

}  // namespace

const CellKind* find_cell(std::string_view class_name) {
  for (const CellKind& kind : kCells) {
    if (kind.class_name == class_name) return &kind;
  }
  return nullptr;
}

const CellKind* find_cell_of_layer(std::string_view layer_name) {
  for (const CellKind& kind : kCells) {
    if (kind.layer_name == layer_name) return &kind;
  }
  for (const CellKind& kind : kConvLstmCells) {
    if (kind.layer_name == layer_name) return &kind;
  }
  return nullptr;
}

}  // namespace tare
