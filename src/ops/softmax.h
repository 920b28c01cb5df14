// exp(beta * x) / sum over the last dimension.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Softmax {
  float beta = 1.0f;
  bool operator==(const Softmax&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
