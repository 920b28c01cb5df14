// Discrete Fourier transforms over the last dimension, of any length. Input: complex64 [..., n];
// the real one takes float32 and a length [1] to crop or pad to, and gives length / 2 + 1 numbers;
// its inverse takes as many and gives float32 [..., length].
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class FftKind : std::uint8_t { kForward, kInverse, kReal, kInverseReal };

struct Fft {
  FftKind kind = FftKind::kForward;
  bool operator==(const Fft&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
