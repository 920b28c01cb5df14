// Average, maximum and root mean square of windows, over one to three spatial axes; input [n,
// spatial..., c]. Places in the padding do not count. One table, as they differ in nothing but the
// function.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

enum class PoolKind : std::uint8_t { kAverage, kMax, kL2 };

struct Pool {
  PoolKind kind = PoolKind::kMax;
  int spatial = 2;  // axes in use, from the first on
  std::array<std::int64_t, 3> filter{1, 1, 1};
  std::array<WindowAxis, 3> axes{};
  Padding padding = Padding::kValid;
  Activation activation = Activation::kNone;
  bool operator==(const Pool&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
