// Distinct elements in order of first sight, for each element where it went, and how many went
// there.
#pragma once

#include <optional>

#include "ir/op_def.h"

namespace tare {

struct Unique {
  DType index_type = DType::kInt32;
  // Slices along it are compared; without one, a vector's elements.
  std::optional<std::int64_t> axis;
  bool operator==(const Unique&) const = default;
  static const OpDef kOp;
};

// What of a vector (input 0) another (input 1) does not hold, and where it stood.
struct ListDiff {
  DType index_type = DType::kInt32;
  bool operator==(const ListDiff&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
