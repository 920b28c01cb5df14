// CONV_2D on XNNPACK: float, qs8, qc8, qu8, and hybrid as dynamically quantised input with filters
// scaled by channel.
#include <algorithm>
#include <optional>

#include "ir/facets.h"
#include "ops/common/window_checks.h"
#include "ops/conv_2d/conv_2d.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

// A filter over one row that moves on by a stride which divides it, as sound models begin: S
// elements side by side become S channels, for the kernel works through channels much faster than
// through places. Filters lie in memory as they must; only the padding is made real.
struct FoldedRow {
  std::int64_t stride, width;  // of the padded row
  PadPair padding;
};

std::optional<FoldedRow> folded_row(const XnnBuilder& b, const XnnWindow& window) {
  constexpr std::int64_t kFewChannels = 4;
  const Shape& x = b.input_type(0).shape;
  const Shape& w = b.input_type(1).shape;
  const std::int64_t stride = window.stride[1], filter = window.filter[1];
  if (b.input_type(0).dtype != DType::kFloat32 || b.input_type(1).dtype != DType::kFloat32 ||
      x[1] != 1 || window.filter[0] != 1 || window.stride[0] != 1 || x[3] != w[3] ||
      x[3] > kFewChannels || stride < 2 || filter % stride != 0 || window.dilation[1] != 1)
    return std::nullopt;
  const std::int64_t width = (b.output_type().shape[2] - 1) * stride + filter;
  const PadPair padding{window.padding[1].before, width - x[2] - window.padding[1].before};
  if (padding.after < 0 || std::max(padding.before, padding.after) >= filter) return std::nullopt;
  return FoldedRow{stride, width, padding};
}

XnnValue fold(XnnBuilder& b, const FoldedRow& row) {
  const Shape& x = b.input_type(0).shape;
  XnnValue padded = b.input(0);
  if (row.width != x[2]) {
    padded = b.temporary(tensor_type(DType::kFloat32, {x[0], 1, row.width, x[3]}));
    const PadPair padding[] = {{}, {}, row.padding, {}};
    if (!b.constant_pad(b.input(0), padded, padding, 0)) return XnnValue::kNone;
  }
  const Shape shape{x[0], 1, row.width / row.stride, row.stride * x[3]};
  const XnnValue folded = b.temporary(tensor_type(DType::kFloat32, shape));
  return b.reshape(padded, folded, shape) ? folded : XnnValue::kNone;
}

bool lower_folded(const Conv2D& op, XnnBuilder& b, XnnWindow window, const FoldedRow& row) {
  const Shape& w = b.input_type(1).shape;
  window.filter[1] /= row.stride;
  window.stride[1] = 1;
  window.padding[1] = {};
  const TensorType filter =
      tensor_type(DType::kFloat32, {w[0], 1, window.filter[1], row.stride * w[3]});
  return b.convolution({.input = fold(b, row),
                        .filter = b.constant(filter, b.input_value(1).constant),
                        .bias = b.bias(2, 0, 1),
                        .output = b.output(),
                        .window = window,
                        .groups = 1,
                        .group_inputs = row.stride * w[3],
                        .group_outputs = w[0],
                        .range = activation_range(op.activation)});
}

bool lower(const Conv2D& op, XnnBuilder& b) {
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  if (!b.is_constant(1)) return b.refuse("the filter is not constant");
  if (b.has(2) && !b.is_constant(2)) return b.refuse("the bias is not constant");
  const Shape& x = b.input_type(0).shape;
  const Shape& w = b.input_type(1).shape;
  const XnnWindow window = XnnWindow::of(x, {w[1], w[2]}, op.axes, op.padding);
  if (const auto row = folded_row(b, window)) return lower_folded(op, b, window, *row);
  const bool hybrid = is_hybrid(b.input_type(0).dtype, b.input_type(1).dtype);
  const std::int64_t groups = x[3] / w[3];
  return b.convolution({.input = hybrid ? b.dynamically_quantised(0, 3) : b.input(0),
                        .filter = b.filter(1, 0, hybrid),
                        .bias = b.bias(2, 0, 1),
                        .output = b.output(),
                        .window = window,
                        .groups = groups,
                        .group_inputs = w[3],
                        .group_outputs = w[0] / groups,
                        .range = activation_range(op.activation)});
}

}  // namespace

extern const LowerFacet lower_conv_2d = lower_facet<Conv2D, lower>();

}  // namespace tare
