// Cuts into equal parts along an axis. Input 0: the tensor, input 1: the axis (int32 scalar).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Split {
  bool operator==(const Split&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
