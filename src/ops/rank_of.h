// The input's number of dimensions as an int32 scalar (TFLite RANK).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct RankOf {
  bool operator==(const RankOf&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
