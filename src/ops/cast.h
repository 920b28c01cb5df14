// Converts elements to another type, as TensorFlow does: floats towards zero, complex to real by
// dropping the imaginary part.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Cast {
  DType to = DType::kFloat32;
  bool operator==(const Cast&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
