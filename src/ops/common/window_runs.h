// Which input elements meet which places of a window, for each output point: of convolutions,
// transposed ones, pools and matrix products (windows of one place).
#pragma once

#include <array>
#include <cstdint>

#include "ir/window.h"

namespace tare {

// Axes an op lacks have extent, filter and stride 1. Input and output channels are last.
struct ConvolutionShape {
  std::int64_t batch = 1;
  std::int64_t groups = 1;
  std::int64_t group_inputs = 1;
  std::int64_t group_outputs = 1;
  std::array<std::int64_t, 3> input{1, 1, 1};
  std::array<std::int64_t, 3> output{1, 1, 1};
  std::array<std::int64_t, 3> filter{1, 1, 1};
  std::array<WindowAxis, 3>
      axes{};  // pad_before is the padding in force; for transposed ones what is cut off the output
  bool transposed = false;

  std::int64_t points() const { return output[0] * output[1] * output[2]; }  // of one image
  std::int64_t depth() const { return filter[0] * filter[1] * filter[2] * group_inputs; }
};

// Filter places along one axis that meet the input: first, first + step, ... (count of them), the
// input place of the first, and how far the input moves from one to the next.
struct WindowReach {
  std::int64_t first = 0, step = 0, count = 0, input = 0, input_step = 0;
};

class WindowRuns {
 public:
  explicit WindowRuns(const ConvolutionShape& s) : s_(s), channels_(s.groups * s.group_inputs) {
    // Neighbours along the last axis lie side by side in input and weights alike.
    joined_ = !s.transposed && s.groups == 1 && s.axes[2].dilation == 1;
  }

  void move_to(std::int64_t image, std::int64_t point);
  std::int64_t places() const { return z_.count * y_.count * x_.count; }

  // In the order of inputs: body(first input element, first k, count)
  template <class Body>
  void each(std::int64_t group, Body body) const {
    for (std::int64_t c = 0; c < z_.count; ++c) {
      const std::int64_t plane = image_ * s_.input[0] + z_.input + c * z_.input_step;
      const std::int64_t filter_plane = z_.first + c * z_.step;
      for (std::int64_t r = 0; r < y_.count; ++r) {
        const std::int64_t row = plane * s_.input[1] + y_.input + r * y_.input_step;
        const std::int64_t filter_row = filter_plane * s_.filter[1] + y_.first + r * y_.step;
        const std::int64_t at = row * s_.input[2] + x_.input;
        const std::int64_t k = filter_row * s_.filter[2] + x_.first;
        if (joined_) {
          if (x_.count > 0) body(at * channels_, k * channels_, x_.count * channels_);
          continue;
        }
        for (std::int64_t i = 0; i < x_.count; ++i) {
          body((at + i * x_.input_step) * channels_ + group * s_.group_inputs,
               (k + i * x_.step) * s_.group_inputs, s_.group_inputs);
        }
      }
    }
  }

 private:
  const ConvolutionShape& s_;
  std::int64_t channels_;
  bool joined_;
  std::int64_t image_ = 0;
  WindowReach z_{}, y_{}, x_{};
};

}  // namespace tare
