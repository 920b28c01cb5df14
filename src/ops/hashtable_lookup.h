// Rows of a table by key. Inputs: keys to find int32 [n], keys int32 [m] in ascending order, values
// [m, ...]. Outputs: rows, those not found zero or empty; uint8 [n], 1 where found.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct HashtableLookup {
  bool operator==(const HashtableLookup&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
