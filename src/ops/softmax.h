// exp(beta * x) / sum over the last dimension.
#pragma once

#include <optional>

#include "ir/dtype.h"
#include "ir/op_def.h"

namespace tare {

struct Softmax {
  float beta = 1.0f;
  std::optional<DType> output_dtype =
      std::nullopt;  // where it is not the input's: int16 from int8 or uint8
  bool operator==(const Softmax&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
