// Shapes of broadcast results.
#include "ops/common/broadcast.h"

#include <algorithm>

namespace tare {
namespace {

// False when two extents cannot meet.
bool meet(Dim a, Dim b, Dim& out) {
  if (a == b && a != kUnknownDim) {
    out = a;
    return true;
  }
  if (a == 1) {
    out = b;
    return true;
  }
  if (b == 1) {
    out = a;
    return true;
  }
  if (is_known(a) && is_known(b)) return false;
  // One is unknown: it is 1 or equal to the other, which settles a known extent and nothing else.
  out = is_known(a) ? a : is_known(b) ? b : kUnknownDim;
  return true;
}

}  // namespace

Shape broadcast_shape(InferContext& c, const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked()) return Shape::unknown();
  Shape out = Shape::of_rank(std::max(a.rank(), b.rank()));
  for (int i = 1; i <= out.rank(); ++i) {
    const Dim x = i <= a.rank() ? a[a.rank() - i] : 1;
    const Dim y = i <= b.rank() ? b[b.rank() - i] : 1;
    if (!meet(x, y, out[out.rank() - i])) {
      c.fail("shapes " + a.text() + " and " + b.text() + " do not broadcast");
      return Shape::unknown();
    }
  }
  return out;
}

}  // namespace tare
