// Rows of a table by index. Inputs: indices int32 [n], table [rows, ...]. A quantised table with a
// float output is dequantised row by row, with one scale or one a row.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct EmbeddingLookup {
  bool dequantize = false;  // quantised rows leave as floats
  bool operator==(const EmbeddingLookup&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
