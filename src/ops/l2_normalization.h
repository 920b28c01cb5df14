// x / sqrt(sum(x^2)) over the last dimension.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct L2Normalization {
  float epsilon = 1e-6f;  // floats: the least norm to divide by
  bool operator==(const L2Normalization&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
