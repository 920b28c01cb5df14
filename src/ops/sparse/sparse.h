// Sparse tensors as TensorFlow keeps them: indices int64 [n, rank], values [n], the dense shape.
#pragma once

#include "ir/op_def.h"

namespace tare {

// Inputs: indices, shape, new shape (one extent may be -1). Outputs: indices, shape.
struct SparseReshape {
  bool operator==(const SparseReshape&) const = default;
  static const OpDef kOp;
};

// Inputs: indices, values, shape, default. Outputs: indices and values in the order of rows with
// one default in each row that had none, which rows those were, and where each value went.
struct SparseFillEmptyRows {
  bool operator==(const SparseFillEmptyRows&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
