// A tensor with slices of it replaced or combined with others, in order. Inputs: the tensor,
// indices
// [..., depth], updates.
#pragma once

#include "ir/op_def.h"

namespace tare {

enum class ScatterKind : std::uint8_t { kUpdate, kAdd, kSub, kMin, kMax, kMul, kDiv };

struct TensorScatterUpdate {
  ScatterKind kind = ScatterKind::kUpdate;
  bool operator==(const TensorScatterUpdate&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
