// Places of the elements that are not zero: int64 [count, rank], in row-major order.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Where {
  bool operator==(const Where&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
