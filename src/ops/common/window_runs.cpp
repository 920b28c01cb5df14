// The reach of a window is worked out axis by axis; the loops then need no test for padding.
#include "ops/common/window_runs.h"

#include <algorithm>

namespace tare {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a <= 0 ? -(-a / b) : (a + b - 1) / b;
}

WindowReach reach_forward(const WindowAxis& a, std::int64_t filter, std::int64_t input,
                          std::int64_t out) {
  const std::int64_t origin = out * a.stride - a.pad_before;
  const std::int64_t first = origin < 0 ? ceil_div(-origin, a.dilation) : 0;
  const std::int64_t end = std::min(filter, ceil_div(input - origin, a.dilation));
  return {first, 1, std::max<std::int64_t>(end - first, 0), origin + first * a.dilation,
          a.dilation};
}

// Output `out` gets input i through filter place f where i * stride - pad + f * dilation = out.
// Inputs ascend, hence filter places descend: the order in which the reference adds.
WindowReach reach_transposed(const WindowAxis& a, std::int64_t filter, std::int64_t input,
                             std::int64_t out) {
  const std::int64_t place = out + a.pad_before;
  WindowReach r;
  for (std::int64_t f = filter - 1; f >= 0; --f) {
    const std::int64_t from = place - f * a.dilation;
    if (from < 0 || from % a.stride != 0 || from / a.stride >= input) continue;
    if (r.count == 0) {
      r.first = f;
      r.input = from / a.stride;
    }
    if (r.count == 1) {
      r.step = f - r.first;
      r.input_step = from / a.stride - r.input;
    }
    ++r.count;
  }
  return r;
}

}  // namespace

void WindowRuns::move_to(std::int64_t image, std::int64_t point) {
  const std::int64_t x = point % s_.output[2];
  const std::int64_t y = point / s_.output[2] % s_.output[1];
  const std::int64_t z = point / s_.output[2] / s_.output[1];
  const auto reach = s_.transposed ? reach_transposed : reach_forward;
  z_ = reach(s_.axes[0], s_.filter[0], s_.input[0], z);
  y_ = reach(s_.axes[1], s_.filter[1], s_.input[1], y);
  x_ = reach(s_.axes[2], s_.filter[2], s_.input[2], x);
  image_ = image;
}

}  // namespace tare
