// Matrices by several of their diagonals (TensorFlow's MatrixDiag ops of versions 2 and 3).
// Diagonal d holds the elements whose column is d more than their row; of a band the highest comes
// first.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct DiagonalBand {
  std::int64_t low = 0, high = 0;
  // Shorter diagonals stand at the right end of a row of the longest one's length.
  bool right_above = true, right_below = false;
  bool operator==(const DiagonalBand&) const = default;
};

// Inputs: diagonals [..., (how many,) length], what stands beside them. Output: [..., rows,
// columns].
struct BandDiag {
  DiagonalBand band;
  std::int64_t rows = -1, columns = -1;  // -1: as few as hold the band
  bool operator==(const BandDiag&) const = default;
  static const OpDef kOp;
};

// Inputs: matrices, what fills short diagonals. Output: diagonals.
struct BandDiagPart {
  DiagonalBand band;
  bool operator==(const BandDiagPart&) const = default;
  static const OpDef kOp;
};

// Inputs: matrices, diagonals. Output: the matrices with these diagonals.
struct BandSetDiag {
  DiagonalBand band;
  bool operator==(const BandSetDiag&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
