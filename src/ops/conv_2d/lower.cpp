// CONV_2D on XNNPACK: float, qs8, qc8, qu8, and hybrid as dynamically quantised input with filters
// scaled by channel.
#include "ir/facets.h"
#include "ops/common/window_checks.h"
#include "ops/conv_2d/conv_2d.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

bool lower(const Conv2D& op, XnnBuilder& b) {
  if (op.activation == Activation::kTanh || op.activation == Activation::kSignBit)
    return b.refuse("the activation is no clamp");
  if (!b.is_constant(1)) return b.refuse("the filter is not constant");
  if (b.has(2) && !b.is_constant(2)) return b.refuse("the bias is not constant");
  const Shape& x = b.input_type(0).shape;
  const Shape& w = b.input_type(1).shape;
  XnnWindow window;
  for (int i = 0; i < 2; ++i) {
    const WindowAxis& axis = op.axes[static_cast<std::size_t>(i)];
    window.filter[i] = w[i + 1];
    window.stride[i] = axis.stride;
    window.dilation[i] = axis.dilation;
    window.padding[i] = window_padding(x[i + 1], w[i + 1], axis, op.padding);
  }
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
