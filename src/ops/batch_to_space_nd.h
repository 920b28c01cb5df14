// Moves blocks (input 1) of the batch back into spatial dimensions, then crops (input 2).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct BatchToSpaceNd {
  bool operator==(const BatchToSpaceNd&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
