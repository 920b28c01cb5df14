// A tensor with slices of it replaced, in order. Inputs: the tensor, indices [..., depth], updates.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct TensorScatterUpdate {
  bool operator==(const TensorScatterUpdate&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
