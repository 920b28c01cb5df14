// Convolution over height and width. Inputs: x [n, h, w, in], filter [out, fh, fw, in / groups],
// bias [out] (optional). The number of groups follows from the shapes. Types as in TFLite: floats;
// int8, uint8, int16 quantised; hybrid.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

struct Conv2D {
  std::array<WindowAxis, 2> axes{};  // height, width
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  bool operator==(const Conv2D&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
