// NumPy's slicing: begin, end, strides (inputs 1 to 3, one entry a specification) with TensorFlow's
// masks. Bit i of a mask speaks of specification i. Source: TensorFlow's StridedSlice
// documentation.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct StridedSlice {
  std::int32_t begin_mask = 0;
  std::int32_t end_mask = 0;
  std::int32_t ellipsis_mask = 0;
  std::int32_t new_axis_mask = 0;
  std::int32_t shrink_axis_mask = 0;
  bool offset = false;  // end is counted from begin
  bool operator==(const StridedSlice&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
