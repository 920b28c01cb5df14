// A tensor of the shape in input 0, every element the scalar in input 1.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Fill {
  bool operator==(const Fill&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
