// Bicubic and area resizing between sizes that are known: both are linear and treat rows and
// columns apart, so each is a product with a matrix of weights from either side.
#include <algorithm>
#include <cmath>

#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxExtent = 1 << 14;

struct Resizing {
  bool align_corners = false, half_pixel_centers = false;

  float scale(std::int64_t in, std::int64_t out) const {
    return align_corners && out > 1 ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                                    : static_cast<float>(in) / static_cast<float>(out);
  }
};

using Weights = std::vector<double>;  // [out, in]

// TensorFlow's cubic weights come from a table of 1024 steps; with centres at half pixels those
// outside the image are 0 and the others make up for them, else the border repeats.
Weights cubic(const Resizing& r, std::int64_t in, std::int64_t out) {
  constexpr float kSteps = 1024;
  const double a = r.half_pixel_centers ? -0.5 : -0.75;
  const auto near = [&](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [&](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  Weights weights(static_cast<std::size_t>(in * out));
  const float scale = r.scale(in, out);
  for (std::int64_t o = 0; o < out; ++o) {
    const auto at = static_cast<float>(o);
    const float place = r.half_pixel_centers ? (at + 0.5f) * scale - 0.5f : at * scale;
    const auto first = static_cast<std::int64_t>(std::floor(place));
    const double x = std::nearbyint((place - static_cast<float>(first)) * kSteps) / kSteps;
    double own[] = {far(x + 1), near(x), near(1 - x), far(2 - x)};
    double sum = 0;
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t i = first - 1 + k;
      if (r.half_pixel_centers && (i < 0 || i >= in)) own[k] = 0;
      sum += own[k];
    }
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t i = std::clamp<std::int64_t>(first - 1 + k, 0, in - 1);
      weights[static_cast<std::size_t>(o * in + i)] += r.half_pixel_centers ? own[k] / sum : own[k];
    }
  }
  return weights;
}

// Each result is the mean of the part of the image that it covers.
Weights area(const Resizing& r, std::int64_t in, std::int64_t out) {
  Weights weights(static_cast<std::size_t>(in * out));
  const float scale = r.scale(in, out);
  for (std::int64_t o = 0; o < out; ++o) {
    const float begin = static_cast<float>(o) * scale, end = static_cast<float>(o + 1) * scale;
    const auto last = static_cast<std::int64_t>(std::ceil(end));
    for (auto i = static_cast<std::int64_t>(std::floor(begin)); i < last; ++i) {
      const auto at = static_cast<float>(i);
      const float part =
          at < begin ? (at + 1 > end ? scale : at + 1 - begin) : (at + 1 > end ? end - at : 1.0f);
      weights[static_cast<std::size_t>(o * in + std::clamp<std::int64_t>(i, 0, in - 1))] +=
          static_cast<double>(part) / static_cast<double>(scale);
    }
  }
  return weights;
}

template <Weights (*weights_of)(const Resizing&, std::int64_t, std::int64_t)>
void resize(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const Shape in = n.type(0).shape;
  const auto size = n.known_integers(1, "the new size");
  const auto fits = [](std::int64_t v) { return v >= 1 && v <= kMaxExtent; };
  if (!n.ok() || !n.require(size.size() == 2 && fits(size[0]) && fits(size[1]),
                            "size: expected two positive numbers"))
    return;
  if (in.rank() != 4 || !fits(in[1]) || !fits(in[2]))
    return n.fail("images " + in.text() + " must have a height and width that are known",
                  Code::kUnsupported);
  const Resizing r{.align_corners = n.flag("align_corners", false),
                   .half_pixel_centers = n.flag("half_pixel_centers", false)};
  const auto matrix = [&](std::int64_t from, std::int64_t to) {
    return g.constant(tensor_of(weights_of(r, from, to), DType::kFloat32, {to, from}));
  };
  const ValueId planes = g.transpose(g.cast(n.input(0), DType::kFloat32), {0, 3, 1, 2});
  const ValueId columns = g.matmul(planes, matrix(in[2], size[1]), false, true);
  const ValueId rows = g.matmul(matrix(in[1], size[0]), columns);
  n.output(0, g.transpose(rows, {0, 2, 3, 1}));
}

}  // namespace

extern const ReadTfFacet read_tf_resize_area{"ResizeArea", resize<area>};
extern const ReadTfFacet read_tf_resize_bicubic{"ResizeBicubic", resize<cubic>};

}  // namespace tare
