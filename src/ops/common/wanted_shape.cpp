// Extents from a tensor.
#include "ops/common/wanted_shape.h"

namespace tare {

Shape wanted_shape(InferContext& c, int input) {
  if (!c.require(is_integer(c.dtype(input)), "a shape must be integers")) return Shape::unknown();
  const Shape& of = c.shape(input);
  if (of.ranked() && !c.require(of.rank() <= 1, "a shape must be a vector"))
    return Shape::unknown();
  const auto contents = c.contents(input);
  if (!contents) {
    const bool rank_known = of.rank() == 1 && is_known(of[0]) && of[0] <= kMaxRank;
    return rank_known ? Shape::of_rank(static_cast<int>(of[0])) : Shape::unknown();
  }
  if (!c.require(contents->size() <= kMaxRank, "a shape of more than 8 dimensions"))
    return Shape::unknown();
  Shape shape;
  for (const Element& e : *contents) {
    if (!c.require(!e.known || e.value >= 0, "a negative extent")) return Shape::unknown();
    shape.push_back(e.dim());
  }
  return shape;
}

bool take_image_size(InferContext& c, int input, Shape& images) {
  const auto size = c.contents(input);
  if (!size) return true;
  if (!c.require(size->size() == 2, "the size must be two numbers")) return false;
  for (int i = 0; i < 2; ++i) {
    const Element& e = (*size)[static_cast<std::size_t>(i)];
    if (!c.require(!e.known || (e.value > 0 && e.value <= INT32_MAX), "the size must be positive"))
      return false;
    images[i + 1] = e.dim();
  }
  return true;
}

}  // namespace tare
