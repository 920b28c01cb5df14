// Real numbers, or numbers of another quantisation, into the output's quantisation.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Quantize {
  DType to = DType::kInt8;
  bool operator==(const Quantize&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
