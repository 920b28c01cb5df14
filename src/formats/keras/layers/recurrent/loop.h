// The loop of a recurrent layer: states in, one step after the other, states out.
#pragma once

#include <vector>

#include "ports/keras_layer.h"

namespace tare {

struct LoopOptions {
  bool return_sequences = false;
  bool return_state = false;
  bool backwards = false;
  bool stateful = false;
  bool time_major = false;
  bool zero_masked_outputs = false;
};
LoopOptions read_loop_options(KerasLayer& layer);

struct LoopResult {
  ValueId output = ValueId::kNone;  // of the last step, or of all
  std::vector<ValueId> states;
};

// Runs a layer that is, or has, a cell over the call's input. `initial` states may be empty: zeros.
LoopResult run_loop(KerasLayer& layer, const LoopOptions& options, ValueId x, ValueId mask,
                    std::vector<ValueId> initial);

}  // namespace tare
