// Magnitudes of short-time Fourier transforms under a Hann window. Input: samples float [count,
// channels]. Output: [channels, frames, length / 2 + 1], the length being the next power of two
// from the window's on.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct AudioSpectrogram {
  std::int64_t window_size = 2;
  std::int64_t stride = 1;
  bool magnitude_squared = false;
  bool operator==(const AudioSpectrogram&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
