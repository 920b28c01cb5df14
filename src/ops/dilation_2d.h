// Grey-scale morphological dilation: at each place the largest sum of input and filter under a
// window (TensorFlow's Dilation2D). Inputs: [batch, height, width, channels], [height, width,
// channels].
#pragma once

#include <array>

#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

struct Dilation2D {
  std::array<WindowAxis, 2> axes;
  Padding padding = Padding::kSame;
  bool operator==(const Dilation2D&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
