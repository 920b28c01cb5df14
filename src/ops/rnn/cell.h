// One cell of a simple recurrent layer: checks, cost and the walk along the sequence.
#pragma once

#include "ir/activation.h"
#include "ir/eval_context.h"
#include "ir/infer_context.h"
#include "ops/lstm/cell.h"

namespace tare {

// Input indices of W, which R, b and h follow.
struct RnnPlaces {
  int x = 0;
  int weights = 1;
  int aux = -1;
  int aux_weights = -1;
};

// Returns the number of units.
Dim check_rnn(InferContext& c, const RnnPlaces& places, bool time_major);
Cost rnn_cost(const NodeTypes& t, const RnnPlaces& places);

struct RnnRun {
  RnnPlaces places;
  Activation activation;
  bool asymmetric = false;
  bool time_major = false;
  bool backward = false;
  int output = 0;
  bool last_units = false;  // the cell's outputs are the last ones of an output row
};
void run_rnn(EvalContext& c, const RnnRun& run);

}  // namespace tare
