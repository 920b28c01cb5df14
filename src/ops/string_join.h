// Strings put together: element by element over several tensors, or along dimensions of one.
#pragma once

#include <string>

#include "ir/op_def.h"

namespace tare {

// Inputs: tensors of one shape, or scalars.
struct StringJoin {
  std::string separator;
  bool operator==(const StringJoin&) const = default;
  static const OpDef kOp;
};

// Inputs: strings, axes; those named first run fastest.
struct ReduceJoin {
  std::string separator;
  bool keep_dims = false;
  bool operator==(const ReduceJoin&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
