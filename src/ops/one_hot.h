// Inputs: indices, depth, on value, off value. A new axis of extent depth holds on at the index,
// off elsewhere.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct OneHot {
  std::int64_t axis = -1;
  bool operator==(const OneHot&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
