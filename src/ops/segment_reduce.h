// Combines rows of input 0 that share an id in input 1; unsorted ones have their count in input 2.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SegmentReduce {
  enum class Kind : std::uint8_t { kSum, kProd, kMax, kMin };
  Kind kind = Kind::kSum;
  bool sorted = false;
  bool operator==(const SegmentReduce&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
