// Whole tensors and strides.
#include "ops/common/move.h"

#include <algorithm>

namespace tare {

void copy_through(EvalContext& c, int input, int o) {
  const Tensor& in = c.input(input);
  Tensor& out = c.output(o);
  if (is_numeric(in.dtype)) {
    if (in.size > 0) std::memcpy(out.data, in.data, in.size);
  } else {
    move_elements(c, o, [&](std::int64_t i) { return Source{&in, i}; });
  }
}

std::array<std::int64_t, kMaxRank> strides_of(const Shape& shape) {
  std::array<std::int64_t, kMaxRank> strides{};
  std::int64_t stride = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[static_cast<std::size_t>(d)] = stride;
    stride *= shape[d];
  }
  return strides;
}

}  // namespace tare
