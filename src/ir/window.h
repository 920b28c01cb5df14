// Windows of convolutions and pools: strides, dilations, padding, and the extents that follow
// (TensorFlow's rules).
#pragma once

#include <array>
#include <cstdint>

#include "ir/shape.h"

namespace tare {

enum class Padding : std::uint8_t { kSame, kValid, kExplicit };

// One spatial axis of a window.
struct WindowAxis {
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_before = 0;  // used when padding is explicit
  std::int64_t pad_after = 0;
  bool operator==(const WindowAxis&) const = default;
};

// Output extent; kUnknownDim when the input's is unknown; 0 when the window does not fit.
Dim window_output(Dim input, std::int64_t filter, const WindowAxis& axis, Padding padding);

// Padding that stands before the first element for a known input extent (TFLite: the smaller half
// goes before).
struct PadPair {
  std::int64_t before = 0;
  std::int64_t after = 0;
};
PadPair window_padding(Dim input, std::int64_t filter, const WindowAxis& axis, Padding padding);

}  // namespace tare
