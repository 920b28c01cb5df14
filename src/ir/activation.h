// The activations that TFLite fuses into an op's output.
#pragma once

#include <cstdint>

namespace tare {

enum class Activation : std::uint8_t { kNone, kRelu, kReluN1To1, kRelu6, kTanh, kSignBit };

// Lower and upper bound of the clamp that an activation is; the tanh and sign-bit forms are none.
struct Range {
  float min;
  float max;
};
Range activation_range(Activation activation);
inline bool is_clamp(Activation a) { return a != Activation::kTanh && a != Activation::kSignBit; }

}  // namespace tare
