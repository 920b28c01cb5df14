// Locality-sensitive hashes: each bit is the sign of a weighted sum of hashes of the items, one for
// each seed. Inputs: seeds float [hashes, bits], items of any numeric type [n, ...], weights float
// [n] (optional). Output int32: the bits of each hash as one number, apart from those of other
// hashes (sparse); or every bit as 0 or 1 (dense).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct LshProjection {
  bool dense = false;
  bool operator==(const LshProjection&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
