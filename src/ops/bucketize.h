// How many boundaries are not above each element, as int32.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct Bucketize {
  std::vector<float> boundaries;  // ascending
  bool operator==(const Bucketize&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
