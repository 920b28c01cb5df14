// Cuts into parts of given sizes. Inputs: the tensor, sizes (one may be -1), the axis (int32
// scalar).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SplitV {
  bool operator==(const SplitV&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
