// Reverses the first input 1[b] elements along seq_axis for each b of batch_axis.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct ReverseSequence {
  std::int64_t seq_axis = 0;
  std::int64_t batch_axis = 0;
  bool operator==(const ReverseSequence&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
