// Checks of axes.
#include "ops/common/axis.h"

namespace tare {

int normalise_axis(InferContext& c, std::int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) return static_cast<int>(axis < 0 ? axis + rank : axis);
  c.fail("axis " + std::to_string(axis) + " is outside a tensor of " + std::to_string(rank) +
         " dimensions");
  return -1;
}

std::optional<std::vector<bool>> axis_flags(InferContext& c, const std::vector<std::int64_t>& axes,
                                            int rank) {
  std::vector<bool> flags(static_cast<std::size_t>(rank), false);
  for (const std::int64_t axis : axes) {
    const int at = normalise_axis(c, axis, rank);
    if (at < 0) return std::nullopt;
    flags[static_cast<std::size_t>(at)] = true;
  }
  return flags;
}

}  // namespace tare
