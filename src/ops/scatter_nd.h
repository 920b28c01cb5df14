// Adds slices of input 1 into zeros of the shape in input 2, at the index tuples of input 0.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ScatterNd {
  bool operator==(const ScatterNd&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
