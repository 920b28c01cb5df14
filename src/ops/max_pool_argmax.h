// Maximum of each window and where it was. Input [n, h, w, c]; outputs: maxima, places. The first
// of equals wins.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/dtype.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

// How a place is counted: within its window (y * width + x; MediaPipe, float32 and 0.1 more, so
// that truncation is safe), within its image ((y * w + x) * c + channel), or within the whole
// input.
enum class ArgmaxPlace : std::uint8_t { kWindow, kImage, kBatch };

struct MaxPoolArgmax {
  std::array<std::int64_t, 2> filter{1, 1};
  std::array<WindowAxis, 2> axes{};
  Padding padding = Padding::kValid;
  Activation activation = Activation::kNone;
  ArgmaxPlace place = ArgmaxPlace::kWindow;
  DType place_dtype = DType::kFloat32;
  bool operator==(const MaxPoolArgmax&) const = default;
  static const OpDef kOp;
};

// Puts elements back where a max pool found them, 0 elsewhere. Inputs: x [n, h, w, c], places of
// the same shape.
struct MaxUnpool {
  std::array<std::int64_t, 2> filter{1, 1};
  std::array<std::int64_t, 2> stride{1, 1};
  Padding padding = Padding::kValid;
  ArgmaxPlace place = ArgmaxPlace::kWindow;  // kImage: of the output
  bool operator==(const MaxUnpool&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
