// Runs a graph once for each step along a time axis: the loop of recurrent layers. Inputs: `states`
// states, then `sequences` sequences that are cut into steps. The body takes the states and one
// step of each sequence; it gives the next states, then its outputs for this step. Outputs: the
// last states, then those outputs joined along the time axis.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Scan {
  GraphId body = GraphId::kNone;
  int states = 0;
  int sequences = 1;
  int outputs = 1;  // of each step, beside the states
  int axis = 1;     // of time, in sequences and joined outputs
  bool backwards =
      false;  // from the last step to the first; outputs are joined in the order they are made
  bool operator==(const Scan&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
