// Moves blocks of height and width into channels (NHWC).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SpaceToDepth {
  std::int64_t block = 2;
  bool operator==(const SpaceToDepth&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
