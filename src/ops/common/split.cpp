// Parts along an axis.
#include "ops/common/split.h"

#include "ops/common/move.h"
#include "ports/xnn_builder.h"

namespace tare {

void eval_parts(EvalContext& c, int tensor, int axis) {
  const Tensor& in = c.input(tensor);
  const auto strides = strides_of(in.shape);
  std::int64_t start = 0;
  for (int o = 0; o < c.outputs(); ++o) {
    const Shape& part = c.output(o).shape;
    StridedWalk walk(part, strides, start);
    move_elements(c, o, [&](std::int64_t) {
      const Source s{&in, walk.at()};
      walk.next();
      return s;
    });
    start += part[axis] * strides[static_cast<std::size_t>(axis)];
  }
}

bool lower_parts(XnnBuilder& b, int tensor, int axis) {
  if (b.outputs() > kMaxParts) return b.refuse("too many outputs");
  const Shape& in = b.input_type(tensor).shape;
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(in.rank()), 0);
  for (int o = 0; o < b.outputs(); ++o) {
    const Shape& out = b.output_type(o).shape;
    if (!b.slice(b.input(tensor), b.output(o), offsets, out.dims())) return false;
    offsets[static_cast<std::size_t>(axis)] += out[axis];
  }
  return true;
}

}  // namespace tare
