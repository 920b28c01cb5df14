// Moves channels into blocks of height and width (NHWC).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct DepthToSpace {
  std::int64_t block = 2;
  bool operator==(const DepthToSpace&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
