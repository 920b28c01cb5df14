// x / (bias + alpha * sum(x^2))^beta, the sum over `radius` channels to either side and the channel
// itself.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

struct LocalResponseNormalization {
  std::int64_t radius = 5;
  float bias = 1.0f;
  float alpha = 1.0f;
  float beta = 0.5f;
  bool operator==(const LocalResponseNormalization&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
