// x - log(sum(exp(x))) over the last dimension.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct LogSoftmax {
  bool operator==(const LogSoftmax&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
