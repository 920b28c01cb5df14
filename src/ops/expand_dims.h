// Adds a dimension of 1. Input 1: where (int32 or int64 scalar).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ExpandDims {
  bool operator==(const ExpandDims&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
