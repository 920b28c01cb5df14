// Rows picked by index along an axis, over leading batch dimensions. Inputs: the tensor, indices
// (int16, int32, int64).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Gather {
  std::int64_t axis = 0;
  std::int64_t batch_dims = 0;
  bool operator==(const Gather&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
