// Stored numbers into real ones (float32); also float16 into float32.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Dequantize {
  bool operator==(const Dequantize&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
