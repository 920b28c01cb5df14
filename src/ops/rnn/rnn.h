// Simple recurrent layers: h = activation(W x + R h + b). Float, and hybrid with int8 weights.
#pragma once

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

// Inputs: x, W, R, b, h. x is [batch, time, n], [time, batch, n] or, for one step, [batch, n].
struct Rnn {
  bool sequence = true;  // UNIDIRECTIONAL_SEQUENCE_RNN; else RNN
  Activation activation = Activation::kNone;
  bool time_major = false;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const Rnn&) const = default;
  static const OpDef kOp;
};

// Two cells over one sequence, one of them from its end. Inputs: 0 x; 1-4 forward W, R, b, h; 5-8
// backward; 9 auxiliary sequence; 10, 11 its forward and backward weights. An auxiliary sequence
// without weights is what the backward cell reads instead of x. Outputs: forward, backward; or both
// side by side.
struct BidirectionalSequenceRnn {
  Activation activation = Activation::kNone;
  bool time_major = false;
  bool merge_outputs = false;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const BidirectionalSequenceRnn&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
