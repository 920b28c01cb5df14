// One bucket for the tokens (strings or integers) that stand at one place of several tensors.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct CrossHash {
  std::int64_t buckets = 1;
  bool operator==(const CrossHash&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
