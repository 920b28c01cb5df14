// The same bytes as elements of another type: of the same size, of a smaller one (which adds a last
// dimension) or of a larger one (which takes it away).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Bitcast {
  DType dtype = DType::kFloat32;
  bool operator==(const Bitcast&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
