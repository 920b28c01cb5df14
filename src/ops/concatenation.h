// Joins tensors along one axis.
#pragma once

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

struct Concatenation {
  std::int64_t axis = 0;
  Activation activation = Activation::kNone;
  bool operator==(const Concatenation&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
