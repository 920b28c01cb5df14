// Transposed convolutions on XNNPACK, which is told what is cut off both ends of the output, or
// added to its end.
#include "ir/facets.h"
#include "ops/transpose_conv/transpose_conv.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

bool lower(const TransposeConv& op, XnnBuilder& b) {
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  if (!b.is_constant(1)) return b.refuse("the filter is not constant");
  if (b.has(3) && !b.is_constant(3)) return b.refuse("the bias is not constant");
  const Shape& w = b.input_type(1).shape;
  const Shape& x = b.input_type(2).shape;
  const Shape& y = b.output_type().shape;
  XnnBuilder::Deconvolution d{.input = b.input(2),
                              .filter = b.filter(1, 0),
                              .bias = b.bias(3, 2, 1),
                              .output = b.output(),
                              .window = {},
                              .adjustment = {0, 0},
                              .groups = 1,
                              .group_inputs = w[3],
                              .group_outputs = w[0],
                              .range = activation_range(op.activation)};
  for (int i = 0; i < 2; ++i) {
    const WindowAxis& a = op.axes[static_cast<std::size_t>(i)];
    d.window.filter[i] = w[i + 1];
    d.window.stride[i] = a.stride;
    d.window.dilation[i] = a.dilation;
    const std::int64_t before =
        transpose_padding(op, static_cast<std::size_t>(i), x[i + 1], w[i + 1], y[i + 1]);
    const std::int64_t all = (x[i + 1] - 1) * a.stride + (w[i + 1] - 1) * a.dilation + 1;
    const std::int64_t after = all - before - y[i + 1];
    if (after < -a.stride + 1) return b.refuse("an output far beyond what the input reaches");
    d.window.padding[i] = {before, after > 0 ? after : 0};
    d.adjustment[i] = after < 0 ? -after : 0;
  }
  return b.deconvolution(d);
}

}  // namespace

extern const LowerFacet lower_transpose_conv = lower_facet<TransposeConv, lower>();

}  // namespace tare
