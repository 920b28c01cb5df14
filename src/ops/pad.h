// Adds a border of one value. Input 1: [rank, 2] counts before and after. Input 2 (optional): the
// value; 0 without.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Pad {
  bool operator==(const Pad&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
