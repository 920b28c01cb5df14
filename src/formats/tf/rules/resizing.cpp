// Bicubic and area resizing: both are linear and treat rows and columns apart, so each is a product
// with a matrix of weights from either side. Ops compute the matrices, and are folded where sizes
// are known.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/range.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxExtent = 1 << 14;

struct Resizing {
  bool align_corners = false, half_pixel_centers = false;
  ValueId in = ValueId::kNone, out = ValueId::kNone;  // extents: int32 scalars
};

// 0, 1, ... in float32, as a column or a row.
ValueId counted(Compose& g, ValueId count, bool column) {
  GraphBuilder& b = g.builder();
  const ValueId all = b.emit(RangeOp{}, {b.scalar_i32(0), count, b.scalar_i32(1)});
  return g.expand_dims(g.cast(all, DType::kFloat32), column ? 1 : 0);
}

// Pixels of the source for one of the result.
ValueId scale_of(Compose& g, const Resizing& r) {
  const ValueId in = g.cast(r.in, DType::kFloat32), out = g.cast(r.out, DType::kFloat32);
  const ValueId whole = g.div(in, out);
  if (!r.align_corners) return whole;
  const ValueId between = g.div(g.sub(in, 1.0), g.maximum(g.sub(out, 1.0), 1.0));
  return g.select(g.binary(BinaryKind::kGreater, r.out, 1.0), between, whole);
}

// TensorFlow's cubic weights come from a table of 1024 steps; with centres at half pixels those
// outside the image are 0 and the others make up for them, else the border repeats.
ValueId cubic(Compose& g, const Resizing& r) {
  constexpr double kSteps = 1024;
  const bool half = r.half_pixel_centers;
  const double a = half ? -0.5 : -0.75;
  const auto near = [&](ValueId x) {
    return g.add(g.mul(g.mul(g.sub(g.mul(x, a + 2), a + 3), x), x), 1.0);
  };
  const auto far = [&](ValueId x) {
    return g.sub(g.mul(g.add(g.mul(g.sub(g.mul(x, a), 5 * a), x), 8 * a), x), 4 * a);
  };
  const ValueId scale = scale_of(g, r), at = counted(g, r.out, true);
  const ValueId place = half ? g.sub(g.mul(g.add(at, 0.5), scale), 0.5) : g.mul(at, scale);
  const ValueId first = g.unary(UnaryKind::kFloor, place);
  const ValueId step = g.unary(UnaryKind::kRound, g.mul(g.sub(place, first), kSteps));
  const ValueId x = g.div(g.cast(step, DType::kFloat64), kSteps);
  ValueId own[] = {far(g.add(x, 1.0)), near(x), near(g.sub(1.0, x)), far(g.sub(2.0, x))};
  const ValueId last = g.sub(g.cast(r.in, DType::kFloat32), 1.0);
  const ValueId columns = counted(g, r.in, false);
  ValueId weights = ValueId::kNone, sum = ValueId::kNone;
  for (int k = 0; k < 4; ++k) {
    const ValueId pixel = g.add(first, k - 1.0);
    const ValueId inside = g.minimum(g.maximum(pixel, 0.0), last);
    ValueId share = own[k];
    if (half)
      share = g.mul(share, g.cast(g.binary(BinaryKind::kEqual, pixel, inside), DType::kFloat64));
    const ValueId hit = g.cast(g.binary(BinaryKind::kEqual, inside, columns), DType::kFloat64);
    const ValueId part = g.mul(share, hit);
    weights = k == 0 ? part : g.add(weights, part);
    sum = k == 0 ? share : g.add(sum, share);
  }
  return g.cast(half ? g.div(weights, sum) : weights, DType::kFloat32);
}

// Each result is the mean of the part of the image that it covers; the last pixel goes on for ever.
ValueId area(Compose& g, const Resizing& r) {
  const ValueId scale = scale_of(g, r), at = counted(g, r.out, true);
  const ValueId begin = g.mul(at, scale), end = g.mul(g.add(at, 1.0), scale);
  const ValueId low = counted(g, r.in, false);
  const ValueId last = g.sub(g.cast(r.in, DType::kFloat32), 1.0);
  const ValueId high = g.select(g.binary(BinaryKind::kEqual, low, last),
                                g.number(1e30, DType::kFloat32), g.add(low, 1.0));
  const ValueId shared = g.relu(g.sub(g.minimum(high, end), g.maximum(low, begin)));
  const ValueId within = g.logical_and(g.binary(BinaryKind::kLess, low, begin),
                                       g.binary(BinaryKind::kGreater, high, end));
  return g.div(g.select(within, scale, shared), scale);
}

template <ValueId (*weights_of)(Compose&, const Resizing&)>
void resize(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const Shape in = n.type(0).shape;
  const auto fits = [](std::int64_t v) { return v >= 1 && v <= kMaxExtent; };
  const auto size = n.integers_if_known(n.input(1));
  if (!n.require(!size || (size->size() == 2 && fits((*size)[0]) && fits((*size)[1])),
                 "size: expected two positive numbers"))
    return;
  if (!n.require(g.rank(n.input(1)) == 1, "size: expected two numbers")) return;
  if (!n.require(
          in.rank() == 4 && (!is_known(in[1]) || fits(in[1])) && (!is_known(in[2]) || fits(in[2])),
          "images: expected [batch, height, width, channels], got " + in.text()))
    return;
  const auto matrix = [&](int axis) {
    const Extent extent = g.extent(n.input(0), axis);
    return weights_of(g, {.align_corners = n.flag("align_corners", false),
                          .half_pixel_centers = n.flag("half_pixel_centers", false),
                          .in = g.squeeze(g.shape_vector(std::span(&extent, 1)), 0),
                          .out = g.pick(g.cast(n.input(1), DType::kInt32), 0, axis - 1)});
  };
  const ValueId planes = g.transpose(g.cast(n.input(0), DType::kFloat32), {0, 3, 1, 2});
  const ValueId columns = g.matmul(planes, matrix(2), false, true);
  const ValueId rows = g.matmul(matrix(1), columns);
  n.output(0, g.transpose(rows, {0, 2, 3, 1}));
}

}  // namespace

extern const ReadTfFacet read_tf_resize_area{"ResizeArea", resize<area>};
extern const ReadTfFacet read_tf_resize_bicubic{"ResizeBicubic", resize<cubic>};

}  // namespace tare
