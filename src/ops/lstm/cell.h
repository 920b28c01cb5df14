// One LSTM cell, of the one-way ops and of each half of the two-way op: where its tensors are, what
// they must look like, and how a sequence runs through it.
#pragma once

#include <array>
#include <cstdint>

#include "ir/activation.h"
#include "ir/eval_context.h"
#include "ir/infer_context.h"
#include "ops/common/scratch_parts.h"
#include "ops/lstm/lstm.h"

namespace tare {

enum LstmGateIndex { kInputGate, kForgetGate, kCellGate, kOutputGate };

// Input indices; -1: the op has no such input.
struct LstmPlaces {
  int x = 0;
  int aux = -1;
  std::array<int, 4> weights;
  std::array<int, 4> aux_weights = {-1, -1, -1, -1};
  std::array<int, 4> recurrent;
  std::array<int, 4> peephole;
  std::array<int, 4> bias;
  std::array<int, 4> norm = {-1, -1, -1, -1};
  int projection;
  int projection_bias;
  int output_state;
  int cell_state;
};

// Places of the 17 tensors that follow `first`, input weights to projection bias, in the order of
// all LSTM ops.
constexpr LstmPlaces lstm_places(int first) {
  const auto four = [first](int at) {
    return std::array{first + at, first + at + 1, first + at + 2, first + at + 3};
  };
  return {.weights = four(0),
          .recurrent = four(4),
          .peephole = {first + 8, first + 9, -1, first + 10},
          .bias = four(11),
          .projection = first + 15,
          .projection_bias = first + 16,
          .output_state = -1,
          .cell_state = -1};
}

// Batch and time of x [time, batch, n] or [batch, time, n] (rank 3), or [batch, n].
struct SequenceShape {
  Dim batch = kUnknownDim;
  Dim time = kUnknownDim;
};
SequenceShape sequence_shape(const Shape& x, bool time_major);

struct LstmCheck {
  LstmPlaces places;
  bool time_major = false;
  bool keeps_state = true;
};
// Shape and type of every tensor of one cell. Returns the extent of its output.
Dim check_lstm(InferContext& c, const LstmCheck& check);
// Multiply-accumulates of one step of one row.
std::int64_t lstm_macs(const NodeTypes& t, const LstmPlaces& places);

struct LstmGate {
  const Tensor* weights;
  const Tensor* aux;
  const Tensor* recurrent;
  const Tensor* peephole;
  const Tensor* bias;
  const Tensor* norm;
};

struct LstmCell {
  std::array<LstmGate, 4> gates;
  const Tensor* projection;
  const Tensor* projection_bias;
  std::int64_t inputs, aux, cells, outputs;
  Activation activation = Activation::kTanh;
  float cell_clip = 0.0f;
  float projection_clip = 0.0f;
  bool asymmetric = false;

  bool coupled() const { return gates[kInputGate].weights == nullptr; }
  bool normalised() const { return gates[kForgetGate].norm != nullptr; }
};
LstmCell lstm_cell(EvalContext& c, const LstmPlaces& places);

// Where a state lives while a sequence runs: in the variable that keeps it, else in scratch, from
// its first value (zero where there is none) to the output that wants its last.
struct LstmState {
  Tensor* variable = nullptr;
  const Tensor* first = nullptr;
  Tensor* last = nullptr;
  std::int64_t bytes = 0;
};

class LstmStateRoom {
 public:
  LstmStateRoom(const LstmState& state, ScratchParts& parts)
      : state_(state), part_(parts.add<std::byte>(state.variable ? 0 : state.bytes)) {}
  std::byte* open(const ScratchParts& parts) const;
  void close(const std::byte* data) const;

 private:
  const LstmState& state_;
  std::size_t part_;
};

// Rows of x and of an output through time. An output row has `stride` elements, of which the cell
// writes those from `offset` on.
struct LstmSequence {
  const Tensor* x;
  const Tensor* aux = nullptr;
  Tensor* output;
  LstmState output_state;  // [batch, outputs]
  LstmState cell_state;    // [batch, cells]
  std::int64_t batch = 1;
  std::int64_t time = 1;
  std::int64_t stride = 0;
  std::int64_t offset = 0;
  bool time_major = false;
  bool backward = false;

  // body(row of x and output, batch), in the order of time for each element of the batch.
  template <class Body>
  void each(Body body) const {
    for (std::int64_t b = 0; b < batch; ++b) {
      for (std::int64_t i = 0; i < time; ++i) {
        const std::int64_t t = backward ? time - 1 - i : i;
        body(time_major ? t * batch + b : b * time + t, b);
      }
    }
  }
};

// The sequence that these inputs say, as output `output` of the op gets it.
struct LstmRun {
  LstmPlaces places;
  int output = 0;
  bool time_major = false;
  bool keeps_state = true;
};
LstmSequence lstm_sequence(EvalContext& c, const LstmCell& cell, const LstmRun& run);

// Outputs of two cells that walk a float sequence (input 0) from both ends: their widths, side by
// side in one output or one each.
struct BothWays {
  Dim forward, backward;
  bool merge;
};
void infer_both_ways(InferContext& c, const BothWays& widths);

// Float x; weights float or, one by one, int8.
void run_float_lstm(EvalContext& c, const LstmCell& cell, const LstmSequence& sequence);

struct IntegerLstm {
  const LstmCell& cell;
  const Tensor& output_state;  // for its quantisation
  const Tensor& cell_state;
  std::array<LstmBetween, 5> between;
};
void run_integer_lstm(EvalContext& c, const IntegerLstm& lstm, const LstmSequence& sequence);

}  // namespace tare
