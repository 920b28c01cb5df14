// y = activation(x . w^T + b). Inputs: x [..., in], w [out, in], bias [out] (optional). Types as in
// TFLite: float; int8, uint8 and int16 quantised; hybrid (float x, int8 or int4 w: x is quantised
// at run time; w may have a scale a block).
#pragma once

#include <optional>

#include "ir/activation.h"
#include "ir/dtype.h"
#include "ir/op_def.h"

namespace tare {

struct FullyConnected {
  Activation activation = Activation::kNone;
  bool keep_num_dims = false;               // output [..., out] instead of [rows, out]
  bool asymmetric_quantize_inputs = false;  // hybrid: with a zero point
  // Legacy uint8 weights in blocks of 4 rows by 16 columns, int8's bits; output 1 is the input in
  // the same blocks.
  bool shuffled_weights = false;
  std::optional<DType> output_dtype =
      std::nullopt;  // where it is not the input's: int16 from uint8
  bool operator==(const FullyConnected&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
