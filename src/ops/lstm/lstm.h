// Long short-term memory with all that TFLite's full kernel knows: gates i, f, g, o; peepholes,
// projection, layer normalisation, coupled input and forget gates (CIFG: the input gate's tensors
// absent). Inputs, absent ones allowed:
//   0 x; 1-4 input weights; 5-8 recurrent weights; 9-11 peepholes (i, f, o); 12-15 biases; 16
//   projection, 17 its bias; 18 output state, 19 cell state; 20-23 layer normalisation
// x is [batch, time, n], [time, batch, n] or, for one step, [batch, n]. Types: float; hybrid (int8
// weights); int8 with int16 cell state. Outputs: y, and where wanted the last output state and cell
// state.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

// Quantisation of a sum between matrix products and activation; none of its own: 2^-12.
struct LstmBetween {
  bool present = false;
  float scale = 1.0f;
  std::int32_t zero_point = 0;
  bool operator==(const LstmBetween&) const = default;
};

struct Lstm {
  bool sequence = true;                       // UNIDIRECTIONAL_SEQUENCE_LSTM; else LSTM
  Activation activation = Activation::kTanh;  // of the cell; gates are logistic
  float cell_clip = 0.0f;                     // 0: none
  float projection_clip = 0.0f;
  bool time_major = false;
  bool asymmetric_quantize_inputs = false;  // hybrid
  bool diagonal_recurrent =
      false;  // as the file says; recurrent weights of one dimension are diagonal anyway
  bool keeps_state =
      true;  // states are variables, updated in place; else first values, zero if absent
  std::array<LstmBetween, 5> between = {};  // integer: of the four gates and of the hidden output
  bool operator==(const Lstm&) const = default;
  static const OpDef kOp;
};

inline constexpr int kLstmInputs = 24;

}  // namespace tare
