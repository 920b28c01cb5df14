// Floats rounded to the grid that a quantisation of `num_bits` bits over [min, max] would have,
// with 0 on the grid.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct FakeQuant {
  float min = -6.0f;
  float max = 6.0f;
  std::int64_t num_bits = 8;
  bool narrow_range = false;  // the grid starts at 1, not 0
  bool operator==(const FakeQuant&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
