// The two-dimensional Fourier transform of real numbers over the last two dimensions, cropped or
// padded with zeros to wanted lengths; half of the last axis is kept, the rest being its mirror.
// Inputs: x float [..., height, width], lengths int32 [2], powers of two. Output: complex64 [...,
// height, width / 2 + 1].
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Rfft2d {
  bool operator==(const Rfft2d&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
