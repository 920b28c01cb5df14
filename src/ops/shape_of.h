// The input's shape as a tensor (TFLite SHAPE).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ShapeOf {
  DType out_type = DType::kInt32;
  bool operator==(const ShapeOf&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
