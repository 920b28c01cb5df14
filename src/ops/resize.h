// Resizes height and width (NHWC) to the size in input 1 (int32 [2]).
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Resize {
  enum class Method : std::uint8_t { kBilinear, kNearest };
  Method method = Method::kBilinear;
  bool align_corners = false;
  bool half_pixel_centers = false;
  bool operator==(const Resize&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
