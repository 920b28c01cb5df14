// Distinct elements of a vector in order of first sight, and for each element where it went.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Unique {
  DType index_type = DType::kInt32;
  bool operator==(const Unique&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
