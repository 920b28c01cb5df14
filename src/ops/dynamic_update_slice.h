// Input 0 with input 1 written over it at the start in input 2, moved back inside where it would
// stick out.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct DynamicUpdateSlice {
  bool operator==(const DynamicUpdateSlice&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
