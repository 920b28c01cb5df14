// Running sums (CUMSUM) or products along the axis in input 1.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Cumulate {
  bool product = false;
  bool exclusive = false;  // each result leaves its own element out
  bool reverse = false;
  bool operator==(const Cumulate&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
