// Singular value decomposition filter: a layer over time as a product of two of low rank. Each
// filter's feature (weights . x) enters a memory, which its time weights sum up; `rank` filters
// make one unit. Inputs: x [batch, n], feature weights [filters, n], time weights [filters,
// memory], bias [units] (optional), state [batch, memory * filters] (a variable). Float; hybrid
// (int8 weights); int8 with time weights and state in int16 or, as TFLite Micro has it, int8.
#pragma once

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

struct Svdf {
  std::int64_t rank = 1;
  Activation activation =
      Activation::kNone;  // of float outputs; integer ones are only clamped to their type
  bool asymmetric_quantize_inputs = false;
  bool operator==(const Svdf&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
