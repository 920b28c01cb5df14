// The sum of any number of tensors of one shape, in their order.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct AddN {
  bool operator==(const AddN&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
