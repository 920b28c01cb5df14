// Where kernels find the tensors of an LSTM cell, and its states while a sequence runs.
#include "ops/lstm/cell.h"

#include <cstring>

namespace tare {

SequenceShape sequence_shape(const Shape& x, bool time_major) {
  if (!x.ranked()) return {};
  if (x.rank() == 2) return {x[0], 1};
  return time_major ? SequenceShape{x[1], x[0]} : SequenceShape{x[0], x[1]};
}

LstmCell lstm_cell(EvalContext& c, const LstmPlaces& places) {
  const auto at = [&](int i) { return i >= 0 && c.has(i) ? &c.input(i) : nullptr; };
  LstmCell cell{};
  for (std::size_t g = 0; g < 4; ++g) {
    cell.gates[g] = {at(places.weights[g]),  at(places.aux_weights[g]), at(places.recurrent[g]),
                     at(places.peephole[g]), at(places.bias[g]),        at(places.norm[g])};
  }
  cell.projection = at(places.projection);
  cell.projection_bias = at(places.projection_bias);
  const LstmGate& gate = cell.gates[kOutputGate];
  cell.cells = gate.weights->shape[0];
  cell.inputs = gate.weights->shape[1];
  cell.aux = gate.aux ? gate.aux->shape[1] : 0;
  cell.outputs = gate.recurrent->shape.back();
  return cell;
}

LstmSequence lstm_sequence(EvalContext& c, const LstmCell& cell, const LstmRun& run) {
  const LstmPlaces& places = run.places;
  const Tensor& x = c.input(places.x);
  const SequenceShape shape = sequence_shape(x.shape, run.time_major);
  const auto state = [&](int input, std::int64_t width, bool narrow) {
    const std::int64_t size = narrow ? 1 : x.dtype == DType::kInt8 ? 2 : 4;
    LstmState s{.bytes = shape.batch * width * size};
    if (run.keeps_state)
      s.variable = &c.variable(input);
    else if (c.has(input))
      s.first = &c.input(input);
    return s;
  };
  return {.x = &x,
          .aux = places.aux >= 0 && c.has(places.aux) ? &c.input(places.aux) : nullptr,
          .output = &c.output(run.output),
          .output_state = state(places.output_state, cell.outputs, x.dtype == DType::kInt8),
          .cell_state = state(places.cell_state, cell.cells, false),
          .batch = shape.batch,
          .time = shape.time,
          .stride = c.output(run.output).shape.back(),
          .time_major = run.time_major};
}

std::byte* LstmStateRoom::open(const ScratchParts& parts) const {
  if (state_.variable) return state_.variable->data;
  std::byte* data = parts.at<std::byte>(part_);
  const auto bytes = static_cast<std::size_t>(state_.bytes);
  if (state_.first)
    std::memcpy(data, state_.first->data, bytes);
  else
    std::memset(data, 0, bytes);
  return data;
}

void LstmStateRoom::close(const std::byte* data) const {
  if (state_.last) std::memcpy(state_.last->data, data, static_cast<std::size_t>(state_.bytes));
}

}  // namespace tare
