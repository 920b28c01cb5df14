// Convolution of each channel by itself. Inputs: x [n, h, w, c], filter [1, fh, fw, c * m], bias [c
// * m] (optional); output channel c * m + j comes from input channel c. The multiplier m follows
// from the shapes. Types as in TFLite.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

struct DepthwiseConv2D {
  std::array<WindowAxis, 2> axes{};  // height, width
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  bool operator==(const DepthwiseConv2D&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
