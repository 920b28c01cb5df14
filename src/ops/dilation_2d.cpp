// Dilation2D: definition and kernel; its reader is in the TensorFlow rules, with those of the other
// windows.
#include "ops/dilation_2d.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/window_checks.h"

namespace tare {
namespace {

void infer(const Dilation2D& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& filter = c.shape(1);
  const DType type = c.dtype(0);
  if (!c.require(type == c.dtype(1) && is_numeric(type) && !is_complex(type),
                 "input and filter must be real numbers of one type"))
    return;
  if (!c.require((!in.ranked() || in.rank() == 4) && (!filter.ranked() || filter.rank() == 3),
                 "expected [batch, height, width, channels] and [height, width, channels]"))
    return;
  if (!check_axes(c, op.axes)) return;
  if (!in.ranked() || !filter.ranked()) return c.output(0, type, Shape::of_rank(4));
  if (!c.require(!is_known(in[3]) || !is_known(filter[2]) || in[3] == filter[2],
                 "filter " + filter.text() + " for an input " + in.text()))
    return;
  Shape out = in;
  for (int d = 0; d < 2; ++d)
    out[d + 1] =
        checked_output(c, in[d + 1], filter[d], op.axes[static_cast<std::size_t>(d)], op.padding);
  c.output(0, type, out);
}

Cost cost(const Dilation2D&, const NodeTypes& t) {
  Shape window = t.inputs[1].shape;
  if (window.rank() == 3) window[2] = 1;
  const std::int64_t macs = checked_mul(window.checked_elements().value_or(1),
                                        t.outputs[0].shape.checked_elements().value_or(0))
                                .value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

void eval(const Dilation2D& op, EvalContext& c) {
  const Shape& in = c.input(0).shape;
  const Shape& filter = c.input(1).shape;
  Tensor& out = c.output(0);
  const LoadDouble load = load_double(out.dtype);
  const StoreDouble store = store_double(out.dtype);
  const double lowest = is_float(out.dtype) ? std::numeric_limits<float>::lowest()
                                            : -std::numeric_limits<double>::infinity();
  const PadPair top = window_padding(in[1], filter[0], op.axes[0], op.padding),
                left = window_padding(in[2], filter[1], op.axes[1], op.padding);
  const auto sum_at = [&](std::int64_t b, std::int64_t y, std::int64_t x, std::int64_t k) {
    double largest = lowest;
    for (std::int64_t i = 0; i < filter[0]; ++i) {
      const std::int64_t row = y * op.axes[0].stride - top.before + i * op.axes[0].dilation;
      if (row < 0 || row >= in[1]) continue;
      for (std::int64_t j = 0; j < filter[1]; ++j) {
        const std::int64_t column = x * op.axes[1].stride - left.before + j * op.axes[1].dilation;
        if (column < 0 || column >= in[2]) continue;
        largest = std::max(largest,
                           load(c.input(0).data, ((b * in[1] + row) * in[2] + column) * in[3] + k) +
                               load(c.input(1).data, (i * filter[1] + j) * filter[2] + k));
      }
    }
    return largest;
  };
  std::int64_t at = 0;
  for (std::int64_t b = 0; b < out.shape[0]; ++b)
    for (std::int64_t y = 0; y < out.shape[1]; ++y)
      for (std::int64_t x = 0; x < out.shape[2]; ++x)
        for (std::int64_t k = 0; k < out.shape[3]; ++k) store(out.data, at++, sum_at(b, y, x, k));
}

}  // namespace

const OpDef Dilation2D::kOp = define_op<Dilation2D, infer, cost>("dilation_2d");
extern const EvalFacet eval_dilation_2d = eval_facet<Dilation2D, eval>();

}  // namespace tare
