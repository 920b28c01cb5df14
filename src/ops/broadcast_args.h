// The shape that two shapes broadcast to.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct BroadcastArgs {
  bool operator==(const BroadcastArgs&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
