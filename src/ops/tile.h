// Repeats the tensor; input 1: how often along each dimension.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Tile {
  bool operator==(const Tile&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
