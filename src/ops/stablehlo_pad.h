// StableHLO's pad: edges (negative ones crop) and gaps between elements, filled with the scalar in
// input 1.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct StablehloPad {
  std::vector<std::int64_t> low, high, interior;  // one a dimension
  bool operator==(const StablehloPad&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
