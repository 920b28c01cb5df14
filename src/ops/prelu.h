// x where x >= 0, else alpha * x. Input 1: alpha, broadcast to x.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Prelu {
  bool operator==(const Prelu&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
