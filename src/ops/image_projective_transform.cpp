// ImageProjectiveTransformV2 and V3: definition, kernel, reader.
#include "ops/image_projective_transform.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/wanted_shape.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Outside = ImageProjectiveTransform::Outside;

void infer(const ImageProjectiveTransform&, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& maps = c.shape(1);
  if (!c.require(!x.ranked() || x.rank() == 4, "images must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(!maps.ranked() || (maps.rank() == 2 && (!is_known(maps[1]) || maps[1] == 8)),
                 "maps: expected [n, 8], got " + maps.text()))
    return;
  if (!c.require(is_numeric(c.dtype(0)) && !is_complex(c.dtype(0)) && c.dtype(1) == DType::kFloat32,
                 "images must be real, maps float32"))
    return;
  if (!c.require(c.dtype(2) == DType::kInt32 && c.dtype(3) == DType::kFloat32 &&
                     (!c.shape(3).known() || c.shape(3).elements() == 1),
                 "the size must be int32, the value outside one float32"))
    return;
  if (maps.ranked() && x.ranked() && is_known(maps[0]) && is_known(x[0]) &&
      !c.require(maps[0] == 1 || maps[0] == x[0], "expected one map, or one an image"))
    return;
  Shape out = x.ranked() ? x : Shape::of_rank(4);
  out[1] = out[2] = kUnknownDim;
  if (!take_image_size(c, 2, out)) return;
  c.output(0, c.dtype(0), out);
}

float reflected(float at, float extent) {
  if (extent <= 1) return 0;
  const float period = 2 * extent;
  if (at < 0) {
    if (at < period) at += period * static_cast<float>(static_cast<std::int64_t>(-at / period));
    return at < -extent ? at + period : -at - 1;
  }
  at -= period * static_cast<float>(static_cast<std::int64_t>(at / period));
  return at >= extent ? period - at - 1 : at;
}

float wrapped(float at, float extent) {
  if (extent <= 1) return 0;
  const float last = extent - 1;
  if (at < 0) return at + extent * static_cast<float>(static_cast<std::int64_t>(-at / last) + 1);
  return at - extent * static_cast<float>(static_cast<std::int64_t>(at / last));
}

// A place outside the image becomes one inside, but for constants.
float placed(Outside mode, float at, std::int64_t count) {
  const auto extent = static_cast<float>(count);
  const bool out = at < 0 || at > extent - 1;
  if (mode == Outside::kConstant || !out) return at;
  // Far beyond what an int64 holds nothing is left to tell places apart.
  if (!(std::fabs(at) < 1e15f)) return 0;
  if (mode == Outside::kReflect) at = reflected(at, extent);
  if (mode == Outside::kWrap) at = wrapped(at, extent);
  return std::clamp(at, 0.0f, extent - 1);
}

struct Image {
  const Tensor& t;
  LoadDouble load;
  std::int64_t number;
  float fill;
  float at(float y, float x, std::int64_t k) const {
    const Shape& s = t.shape;
    if (!(y >= 0 && y < static_cast<float>(s[1]) && x >= 0 && x < static_cast<float>(s[2])))
      return fill;
    return static_cast<float>(load(t.data, ((number * s[1] + static_cast<std::int64_t>(y)) * s[2] +
                                            static_cast<std::int64_t>(x)) *
                                                   s[3] +
                                               k));
  }
  float between(float y, float x, std::int64_t k) const {
    const float top = std::floor(y), left = std::floor(x);
    const float bottom = top + 1, right = left + 1;
    const float above = (right - x) * at(top, left, k) + (x - left) * at(top, right, k);
    const float below = (right - x) * at(bottom, left, k) + (x - left) * at(bottom, right, k);
    return (bottom - y) * above + (y - top) * below;
  }
};

void eval(const ImageProjectiveTransform& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const auto maps = c.input(1).as<float>();
  const bool one_map = c.input(1).shape[0] == 1;
  if (out.elements() == 0) return;
  if (!c.require(one_map || c.input(1).shape[0] == in.shape[0],
                 "expected one map, or one an image"))
    return;
  const StoreDouble store = store_double(out.dtype);
  std::int64_t to = 0;
  for (std::int64_t b = 0; b < out.shape[0]; ++b) {
    const Image image{in, load_double(in.dtype), b, c.input(3).as<float>()[0]};
    const auto m = maps.subspan(one_map ? 0 : static_cast<std::size_t>(b) * 8, 8);
    for (std::int64_t i = 0; i < out.shape[1]; ++i) {
      for (std::int64_t j = 0; j < out.shape[2]; ++j) {
        const auto y = static_cast<float>(i), x = static_cast<float>(j);
        const float k = m[6] * x + m[7] * y + 1;
        const float from_x = placed(op.outside, (m[0] * x + m[1] * y + m[2]) / k, in.shape[2]);
        const float from_y = placed(op.outside, (m[3] * x + m[4] * y + m[5]) / k, in.shape[1]);
        for (std::int64_t channel = 0; channel < out.shape[3]; ++channel) {
          float v = image.fill;
          if (k != 0)
            v = op.nearest ? image.at(std::round(from_y), std::round(from_x), channel)
                           : image.between(from_y, from_x, channel);
          store(out.data, to++, static_cast<double>(v));
        }
      }
    }
  }
}

void read_tf(TfNode& n) {
  if (!n.expect(3, 4)) return;
  const std::string interpolation = n.text("interpolation");
  const std::string mode = n.text("fill_mode", "CONSTANT");
  if (!n.require(interpolation == "NEAREST" || interpolation == "BILINEAR",
                 "interpolation: expected NEAREST or BILINEAR, got " + interpolation))
    return;
  constexpr std::string_view kModes[] = {"CONSTANT", "REFLECT", "WRAP", "NEAREST"};
  const auto found = std::find(std::begin(kModes), std::end(kModes), mode);
  if (!n.require(found != std::end(kModes),
                 "fill_mode: expected CONSTANT, REFLECT, WRAP or NEAREST, got " + mode))
    return;
  std::vector<ValueId> inputs = n.all_inputs();
  if (inputs.size() == 3) inputs.push_back(n.builder().scalar_f32(0));
  n.output(0, n.emit(ImageProjectiveTransform{.nearest = interpolation == "NEAREST",
                                              .outside =
                                                  static_cast<Outside>(found - std::begin(kModes))},
                     inputs));
}

}  // namespace

const OpDef ImageProjectiveTransform::kOp =
    define_op<ImageProjectiveTransform, infer>("image_projective_transform");
extern const EvalFacet eval_image_projective_transform =
    eval_facet<ImageProjectiveTransform, eval>();
extern const ReadTfFacet read_tf_image_projective_transform_v2{"ImageProjectiveTransformV2",
                                                               read_tf};
extern const ReadTfFacet read_tf_image_projective_transform_v3{"ImageProjectiveTransformV3",
                                                               read_tf};

}  // namespace tare
