// Reverses along the axes in input 1.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ReverseV2 {
  bool operator==(const ReverseV2&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
