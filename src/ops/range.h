// start, start + delta, ... below (or above) limit; inputs 0 to 2 are scalars of one type.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct RangeOp {
  bool operator==(const RangeOp&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
