// Index of the largest or smallest element along the axis in input 1; the first of equal ones.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ArgExtreme {
  bool largest = true;
  DType output_type = DType::kInt64;
  bool operator==(const ArgExtreme&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
