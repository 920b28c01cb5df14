// Reduces windows of every dimension to one element each. Inputs: x, the value to start from (one
// element), and three int32 or int64 lists of one number a dimension: window, strides, dilations of
// the window. Windows lie inside x.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class ReduceWindowKind : std::uint8_t { kAdd, kMultiply, kMinimum, kMaximum, kAll, kAny };

struct ReduceWindow {
  ReduceWindowKind kind = ReduceWindowKind::kAdd;
  bool operator==(const ReduceWindow&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
