// Boxes cut out of images and brought to one size. Inputs: images [b, h, w, c], boxes [n, 4] (y1,
// x1, y2, x2 in units of the image), which image each is of [n], the size [2]. Output: float32 [n,
// height, width, c].
#pragma once

#include "ir/op_def.h"

namespace tare {

struct CropAndResize {
  bool nearest = false;
  float extrapolation = 0.0f;  // value outside the image
  bool operator==(const CropAndResize&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
