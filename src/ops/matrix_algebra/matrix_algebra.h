// Determinants, inverses, factors and systems of equations of matrices: the last two dimensions of
// float32 or float64, computed in double. Inputs: matrices; the two solves: right-hand sides
// [..., n, k] too. One table, as they share the walk over matrices.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

struct MatrixAlgebra {
  enum class Kind : std::uint8_t {
    kDeterminant,
    kLogDeterminant,  // two outputs: the sign, and the logarithm of the magnitude
    kInverse,
    kCholesky,
    kSolve,
    kTriangularSolve,
    kQr,  // two outputs: q [..., m, p], r [..., p, n], p the smaller of m and n, or m when full
    kSingularValues,  // [..., the smaller of m and n], descending
  };
  Kind kind;
  bool adjoint = false;  // inverse and solves: of the transposed matrix
  bool lower = true;     // triangular solve: which half counts
  bool full = false;
  bool operator==(const MatrixAlgebra&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
