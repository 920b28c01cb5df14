// Ragged tensors: values, and for each ragged dimension splits that say where its rows begin and
// end.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

// Inputs: splits of each of `ragged_rank` dimensions, values, indices. Outputs: splits of the rows
// that the indices name (one more dimension for each of the indices' but the first), their values.
struct RaggedGather {
  std::int64_t ragged_rank = 1;
  bool operator==(const RaggedGather&) const = default;
  static const OpDef kOp;
};

// Inputs: starts, limits, steps (vectors or scalars). Outputs: splits, values.
struct RaggedRange {
  DType splits = DType::kInt64;
  bool operator==(const RaggedRange&) const = default;
  static const OpDef kOp;
};

enum class RowPartition : std::uint8_t { kFirstDimSize, kValueRowIds, kRowSplits };

// Inputs: shape (-1: as the values need), values, what fills the gaps, one tensor a partition.
struct RaggedToTensor {
  std::vector<RowPartition> partitions;
  bool operator==(const RaggedToTensor&) const = default;
  static const OpDef kOp;
};

// Element i of integer input `input` of a kernel, all of them.
std::vector<std::int64_t> integers_of(const Tensor& tensor);

}  // namespace tare
