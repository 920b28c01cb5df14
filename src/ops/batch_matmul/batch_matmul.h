// Products of the last two dimensions; those before are broadcast. Inputs: a [..., m, k], b [...,
// k, n], or as adj_x and adj_y say transposed (for complex types conjugated too). Types as in
// TFLite: floats; int8; int16; int16 with int8; float32 with int8 b (hybrid); and as in TensorFlow
// float64, int32, int64 and complex.
#pragma once

#include <optional>

#include "ir/dtype.h"
#include "ir/op_def.h"

namespace tare {

struct BatchMatMul {
  bool adj_x = false;
  bool adj_y = false;
  bool asymmetric_quantize_inputs = false;           // hybrid: with a zero point
  std::optional<DType> output_dtype = std::nullopt;  // int32 from int8: sums as they are
  bool operator==(const BatchMatMul&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
