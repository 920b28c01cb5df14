// Convolution over depth, height and width, and its transpose. Filters are [d, h, w, in / groups,
// out], those of the transpose [d, h, w, out, in]. Inputs of conv_3d: x [n, d, h, w, in], filter,
// bias [out] (optional); of conv_3d_transpose: output shape [5], filter, x, bias (optional).
// Floats.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

struct Conv3D {
  std::array<WindowAxis, 3> axes{};  // depth, height, width
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  bool operator==(const Conv3D&) const = default;
  static const OpDef kOp;
};

struct Conv3DTranspose {
  std::array<WindowAxis, 3> axes{};  // explicit padding is cut off the output
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  bool operator==(const Conv3DTranspose&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
