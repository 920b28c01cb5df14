// Two LSTM cells over one sequence, one of them from its end. Inputs:
//   0 x; 1-17 the forward cell's tensors (as Lstm's 1-17); 18-34 the backward cell's; 35, 36
//   forward output and cell state, 37, 38 backward; 39 auxiliary sequence; 40-43 its forward
//   weights, 44-47 its backward ones
// An auxiliary sequence without weights is what the backward cell reads instead of x. Outputs:
// forward, backward; or both side by side. Float and hybrid.
#pragma once

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

struct BidirectionalSequenceLstm {
  Activation activation = Activation::kTanh;
  float cell_clip = 0.0f;
  float projection_clip = 0.0f;
  bool merge_outputs = false;
  bool time_major = true;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const BidirectionalSequenceLstm&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
