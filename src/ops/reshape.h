// The same elements in another shape. Input 1 (optional): int32 shape; one extent may be -1.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct Reshape {
  std::vector<std::int64_t> shape;  // used when there is no input 1
  // Batch that the file was made for: a constant shape that starts with it follows another batch.
  // 0: none.
  std::int64_t file_batch = 0;
  bool operator==(const Reshape&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
