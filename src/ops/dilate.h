// Spreads elements apart: `dilation - 1` copies of a value between neighbours along each dimension.
// Inputs: x, dilations [rank], the value (one element).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Dilate {
  bool operator==(const Dilate&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
