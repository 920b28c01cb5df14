// Adds a border that mirrors the tensor; input 1: [rank, 2] counts before and after.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct MirrorPad {
  bool reflect = true;  // false: symmetric, the edge itself is repeated
  bool operator==(const MirrorPad&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
