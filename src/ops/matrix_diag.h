// Matrices by their diagonal, over the last dimensions: zero but for it, or a given matrix with
// another diagonal.
#pragma once

#include "ir/op_def.h"

namespace tare {

// Input: diagonals [..., n]. Output: [..., n, n].
struct MatrixDiag {
  bool operator==(const MatrixDiag&) const = default;
  static const OpDef kOp;
};

// Inputs: matrices [..., m, n], diagonals [..., min(m, n)].
struct MatrixSetDiag {
  bool operator==(const MatrixSetDiag&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
