// Slices picked by index tuples: the last dimension of input 1 addresses the first dimensions of
// input 0.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct GatherNd {
  bool operator==(const GatherNd&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
