// Batch normalisation as arithmetic, so that passes fold it into the convolution before it;
// resizing.
#include "formats/tf/rules/windows.h"
#include "ir/facets.h"
#include "ops/local_response_normalization.h"
#include "ops/reduce.h"
#include "ops/resize.h"

namespace tare {
namespace {

struct Moments {
  ValueId mean;
  ValueId variance;
};

Moments moments_of(TfNode& n, Compose& g, ValueId x) {
  const std::vector<std::int64_t> axes{0, 1, 2};
  const ValueId over = g.integers(axes);
  const auto mean_of = [&](ValueId v) {
    return n.emit(Reduce{.kind = ReduceKind::kMean}, {v, over});
  };
  const ValueId mean = mean_of(x);
  return {mean, mean_of(g.square(g.sub(x, mean)))};
}

// Variances given back are of a sample: times count / (count - 1).
ValueId sample_variance(TfNode& n, Compose& g, ValueId x, ValueId variance) {
  const std::vector<Extent> extents = g.extents(x);
  if (extents.size() != 4) return variance;
  const ValueId count =
      g.cast(n.emit(Reduce{.kind = ReduceKind::kProd},
                    {g.shape_vector(std::span(extents).first(3)), n.builder().scalar_i32(0)}),
             DType::kFloat32);
  return g.mul(variance, g.div(count, g.maximum(g.sub(count, 1.0), 1.0)));
}

void fused_batch_norm(TfNode& n) {
  if (!n.expect(5)) return;
  Compose g(n.builder());
  const std::string format = n.text("data_format", "NHWC");
  if (!n.require(format == "NHWC" || format == "NCHW",
                 "data_format: expected NHWC or NCHW, got " + format))
    return;
  TfWindow w;
  w.channels_first = format == "NCHW";
  const bool training = n.flag("is_training", true);
  const double epsilon = n.number("epsilon", 0.0001);
  const DType type = n.type(0).dtype;
  const ValueId x = g.cast(w.to_channels_last(g, n.input(0)), DType::kFloat32);
  Moments m{n.input(3), n.input(4)};
  if (training) m = moments_of(n, g, x);
  const ValueId factor = g.mul(n.input(1), g.unary(UnaryKind::kRsqrt, g.add(m.variance, epsilon)));
  const ValueId y = g.add(g.mul(x, factor), g.sub(n.input(2), g.mul(m.mean, factor)));
  n.output(0, w.from_channels_last(g, g.cast(y, type)));
  n.output(1, m.mean);
  n.output(2, training ? sample_variance(n, g, x, m.variance) : m.variance);
  n.output(3, m.mean);
  n.output(4, m.variance);
  n.output(5, m.variance);
}

template <Resize::Method method>
void resize(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const bool align = n.flag("align_corners", false);
  const bool half = n.flag("half_pixel_centers", false);
  if (!n.require(!(align && half), "align_corners and half_pixel_centers exclude each other"))
    return;
  // Bilinear results are float32 whatever goes in.
  const ValueId x =
      method == Resize::Method::kBilinear ? g.cast(n.input(0), DType::kFloat32) : n.input(0);
  n.output(0, n.emit(Resize{.method = method, .align_corners = align, .half_pixel_centers = half},
                     {x, n.input(1)}));
}

void lrn(TfNode& n) {
  if (!n.expect(1)) return;
  const std::int64_t radius = n.integer("depth_radius", 5);
  if (!n.require(radius >= 0 && radius <= INT32_MAX,
                 "depth_radius: expected a number of channels, got " + std::to_string(radius)))
    return;
  n.become(LocalResponseNormalization{.radius = radius,
                                      .bias = static_cast<float>(n.number("bias", 1)),
                                      .alpha = static_cast<float>(n.number("alpha", 1)),
                                      .beta = static_cast<float>(n.number("beta", 0.5))});
}

}  // namespace

extern const ReadTfFacet read_tf_fused_batch_norm{"FusedBatchNorm", fused_batch_norm};
extern const ReadTfFacet read_tf_fused_batch_norm_v2{"FusedBatchNormV2", fused_batch_norm};
extern const ReadTfFacet read_tf_fused_batch_norm_v3{"FusedBatchNormV3", fused_batch_norm};
extern const ReadTfFacet read_tf_lrn{"LRN", lrn};
extern const ReadTfFacet read_tf_resize_bilinear{"ResizeBilinear",
                                                 resize<Resize::Method::kBilinear>};
extern const ReadTfFacet read_tf_resize_nearest_neighbor{"ResizeNearestNeighbor",
                                                         resize<Resize::Method::kNearest>};

}  // namespace tare
