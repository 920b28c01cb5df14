// What convolutions and pools share in TensorFlow: strides, dilations, padding and the order of
// dimensions. The IR has one order, NHWC; a node in NCHW stands between two transposes.
#pragma once

#include <array>
#include <vector>

#include "ir/window.h"
#include "ops/compose.h"
#include "ports/tf_node.h"

namespace tare {

struct TfWindow {
  int spatial = 2;
  bool channels_first = false;
  std::array<WindowAxis, 3> axes{};
  Padding padding = Padding::kSame;

  // Reads data_format, strides, dilations, padding and explicit_paddings of a node of so many
  // spatial axes.
  static TfWindow read(TfNode& n, int spatial);
  // A list that is an attribute, or in ops of a later version a constant input.
  static std::vector<std::int64_t> integers(TfNode& n, std::string_view attr, int input);
  // The entries of a list with one number a dimension, at the spatial ones; the others must be
  // `rest`.
  std::array<std::int64_t, 3> spatial_of(TfNode& n, std::string_view attr,
                                         const std::vector<std::int64_t>& values) const;

  ValueId to_channels_last(Compose& g, ValueId x) const;
  ValueId from_channels_last(Compose& g, ValueId x) const;
  template <std::size_t n>
  std::array<WindowAxis, n> first() const {
    std::array<WindowAxis, n> result;
    for (std::size_t i = 0; i < n; ++i) result[i] = axes[i];
    return result;
  }
};

// A permuted filter: at import when it is a small constant.
ValueId permuted(TfNode& n, ValueId x, std::initializer_list<int> permutation);
// A filter [h, w, in, m] as the IR wants it: [1, h, w, in * m].
ValueId depthwise_filter(TfNode& n, ValueId x);
// Bias, batch norm and activations that fused_ops names, with the inputs from `argument` on.
ValueId apply_fused_ops(TfNode& n, ValueId y, int argument);

}  // namespace tare
