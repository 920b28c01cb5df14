// Random numbers of the normal distribution, drawn again where they are more than two deviations
// from the mean. Input: the shape. Output: float32.
#pragma once

#include "ir/op_def.h"
#include "ops/common/philox.h"

namespace tare {

struct TruncatedNormal {
  Seeds seeds;
  bool operator==(const TruncatedNormal&) const = default;
  static const OpDef kOp;
};

// Whole random numbers from `min` on and below `max`. Inputs: the shape, min, max. Output: of min's
// type.
struct RandomUniformInt {
  Seeds seeds;
  bool operator==(const RandomUniformInt&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
