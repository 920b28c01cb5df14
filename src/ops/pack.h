// Stacks tensors of one shape along a new axis.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Pack {
  std::int64_t axis = 0;
  bool operator==(const Pack&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
