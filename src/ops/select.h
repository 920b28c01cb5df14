// Takes elements of input 1 where input 0 (bool) holds, else of input 2.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Select {
  // true: all three broadcast (SELECT_V2); false: the condition may be a vector that picks whole
  // rows (SELECT).
  bool broadcast = true;
  bool operator==(const Select&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
