// The k (input 1) largest elements of the last dimension, descending, and their indices; equal ones
// in index order.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct TopkV2 {
  DType index_type = DType::kInt32;
  bool operator==(const TopkV2&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
