// Drops dimensions of 1: those named, or all of them.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct Squeeze {
  std::vector<std::int64_t> axes;
  bool operator==(const Squeeze&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
