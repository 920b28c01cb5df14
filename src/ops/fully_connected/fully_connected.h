// y = activation(x . w^T + b). Inputs: x [..., in], w [out, in], bias [out] (optional). Types as in TFLite: float; int8,
// uint8 and int16 quantised; hybrid (float x, int8 or int4 w: x is quantised at run time).
#pragma once

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

struct FullyConnected {
  Activation activation = Activation::kNone;
  bool keep_num_dims = false;              // output [..., out] instead of [rows, out]
  bool asymmetric_quantize_inputs = false; // hybrid: with a zero point
  bool shuffled_weights = false;           // legacy uint8 weight format SHUFFLED4x16INT8
  bool operator==(const FullyConnected&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
