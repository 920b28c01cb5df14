// Takes a tensor apart along an axis, which goes away.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Unpack {
  std::int64_t axis = 0;
  bool operator==(const Unpack&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
