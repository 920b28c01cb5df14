// Random bits of a stated generator: input 0 is its state (uint64 [2] or [3]); outputs: the next
// state and the bits.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct StablehloRngBitGenerator {
  bool threefry = false;  // Threefry 2x32, else Philox 4x32-10
  DType dtype = DType::kUint32;
  Shape shape;
  bool operator==(const StablehloRngBitGenerator&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
