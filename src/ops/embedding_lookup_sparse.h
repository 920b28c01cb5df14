// Bags of table rows: row ids with weights belong to places of a tensor of bags. Inputs: ids int32
// [n], places int32 [n, k], extents of the places int32 [k], weights float [n], table float [rows,
// ...]. Output: the leading k - 1 extents, then a row; bags without ids are 0.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class Combiner : std::uint8_t { kSum, kMean, kSquareRootN };

struct EmbeddingLookupSparse {
  Combiner combiner = Combiner::kSum;
  bool operator==(const EmbeddingLookupSparse&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
