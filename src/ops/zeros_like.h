// Zeros of the input's type and shape.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ZerosLike {
  bool operator==(const ZerosLike&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
