// Images seen through projective maps. Inputs: images [b, h, w, c], maps [b or 1, 8] from places in
// the result to places in the image, the size [2], the value outside. Output: as the images, of
// that size.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

struct ImageProjectiveTransform {
  enum class Outside : std::uint8_t { kConstant, kReflect, kWrap, kNearest };
  bool nearest = false;
  Outside outside = Outside::kConstant;
  bool operator==(const ImageProjectiveTransform&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
