// Reductions over the axes in input 1 (int32; none given means the input as it is, as TFLite has
// it): one table.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class ReduceKind : std::uint8_t { kSum, kMean, kProd, kMax, kMin, kAny, kAll };

struct Reduce {
  ReduceKind kind;
  bool keep_dims = false;
  bool operator==(const Reduce&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
