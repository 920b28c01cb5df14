// Permutes dimensions. Input 1: int32 permutation (a constant, or fed at run time).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Transpose {
  bool operator==(const Transpose&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
