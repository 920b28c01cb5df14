// TensorFlow's extents: SAME gives ceil(input / stride), VALID ceil((input - reach + 1) / stride).
#include "ir/window.h"

#include <algorithm>

namespace tare {
namespace {

// Extents and attributes are checked to lie below 2^31, so products fit int64.
std::int64_t reach(std::int64_t filter, const WindowAxis& axis) {
  return (filter - 1) * axis.dilation + 1;
}

}  // namespace

Dim window_output(Dim input, std::int64_t filter, const WindowAxis& axis, Padding padding) {
  if (!is_known(input)) return kUnknownDim;
  if (padding == Padding::kSame) return (input + axis.stride - 1) / axis.stride;
  const std::int64_t room =
      padding == Padding::kExplicit ? input + axis.pad_before + axis.pad_after : input;
  const std::int64_t span = room - reach(filter, axis);
  return span < 0 ? 0 : span / axis.stride + 1;
}

PadPair window_padding(Dim input, std::int64_t filter, const WindowAxis& axis, Padding padding) {
  if (padding == Padding::kValid) return {};
  if (padding == Padding::kExplicit) return {axis.pad_before, axis.pad_after};
  const Dim output = window_output(input, filter, axis, padding);
  const std::int64_t total =
      std::max<std::int64_t>((output - 1) * axis.stride + reach(filter, axis) - input, 0);
  return {total / 2, total - total / 2};
}

}  // namespace tare
