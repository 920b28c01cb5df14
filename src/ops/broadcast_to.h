// Expands dimensions of 1 (and adds leading ones) to the shape in input 1.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct BroadcastTo {
  bool operator==(const BroadcastTo&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
