// A box of the input. Inputs 1 and 2: begin and size of each dimension; a size of -1 means up to
// the end.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Slice {
  bool operator==(const Slice&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
