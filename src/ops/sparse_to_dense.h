// Inputs: indices, shape, values, default value; indices must be sorted and unique when asked for.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SparseToDense {
  bool validate_indices = false;
  bool operator==(const SparseToDense&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
