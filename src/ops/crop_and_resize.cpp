// CropAndResize: definition, kernel, reader.
#include "ops/crop_and_resize.h"

#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/wanted_shape.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void infer(const CropAndResize&, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& boxes = c.shape(1);
  if (!c.require(!x.ranked() || x.rank() == 4, "images must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(!boxes.ranked() || (boxes.rank() == 2 && (!is_known(boxes[1]) || boxes[1] == 4)),
                 "boxes: expected [n, 4], got " + boxes.text()))
    return;
  if (!c.require(is_numeric(c.dtype(0)) && !is_complex(c.dtype(0)) && c.dtype(1) == DType::kFloat32,
                 "images must be real, boxes float32"))
    return;
  if (!c.require(c.dtype(2) == DType::kInt32 && c.dtype(3) == DType::kInt32,
                 "image numbers and sizes must be int32"))
    return;
  Shape out = Shape::of_rank(4);
  if (boxes.ranked()) out[0] = boxes[0];
  const Shape& images = c.shape(2);
  if (!c.require(
          !images.ranked() || (images.rank() == 1 &&
                               (!is_known(images[0]) || !is_known(out[0]) || images[0] == out[0])),
          "expected one image number a box"))
    return;
  if (x.ranked()) out[3] = x[3];
  if (!take_image_size(c, 3, out)) return;
  c.output(0, DType::kFloat32, out);
}

// Where pixel `i` of `count` lies between two ends given in units of the image.
float place(float from, float to, std::int64_t i, std::int64_t count, std::int64_t extent) {
  const auto last = static_cast<float>(extent - 1);
  if (count <= 1) return 0.5f * (from + to) * last;
  return from * last + static_cast<float>(i) * ((to - from) * last / static_cast<float>(count - 1));
}

struct Image {
  const Tensor& t;
  LoadDouble load;
  std::int64_t number;
  float at(std::int64_t y, std::int64_t x, std::int64_t k) const {
    const Shape& s = t.shape;
    return static_cast<float>(load(t.data, ((number * s[1] + y) * s[2] + x) * s[3] + k));
  }
};

float sample(const CropAndResize& op, const Image& image, float y, float x, std::int64_t k) {
  if (op.nearest)
    return image.at(static_cast<std::int64_t>(std::round(y)),
                    static_cast<std::int64_t>(std::round(x)), k);
  const auto top = static_cast<std::int64_t>(std::floor(y)),
             bottom = static_cast<std::int64_t>(std::ceil(y));
  const auto left = static_cast<std::int64_t>(std::floor(x)),
             right = static_cast<std::int64_t>(std::ceil(x));
  const float down = y - static_cast<float>(top), along = x - static_cast<float>(left);
  const float above =
      image.at(top, left, k) + (image.at(top, right, k) - image.at(top, left, k)) * along;
  const float below =
      image.at(bottom, left, k) + (image.at(bottom, right, k) - image.at(bottom, left, k)) * along;
  return above + (below - above) * down;
}

void eval(const CropAndResize& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  Tensor& out = c.output(0);
  const auto boxes = c.input(1).as<float>();
  const auto results = out.as<float>();
  std::size_t to = 0;
  for (std::int64_t b = 0; b < out.shape[0]; ++b) {
    const Image image{x, load_double(x.dtype), integer_at(c.input(2), b)};
    if (!c.require(image.number >= 0 && image.number < x.shape[0],
                   "box " + std::to_string(b) + " is of image " + std::to_string(image.number) +
                       ", there are " + std::to_string(x.shape[0])))
      return;
    const auto box = boxes.subspan(static_cast<std::size_t>(b) * 4, 4);
    for (std::int64_t i = 0; i < out.shape[1]; ++i) {
      const float in_y = place(box[0], box[2], i, out.shape[1], x.shape[1]);
      for (std::int64_t j = 0; j < out.shape[2]; ++j) {
        const float in_x = place(box[1], box[3], j, out.shape[2], x.shape[2]);
        const bool inside = in_y >= 0 && in_y <= static_cast<float>(x.shape[1] - 1) && in_x >= 0 &&
                            in_x <= static_cast<float>(x.shape[2] - 1);
        for (std::int64_t k = 0; k < x.shape[3]; ++k)
          results[to++] = inside ? sample(op, image, in_y, in_x, k) : op.extrapolation;
      }
    }
  }
}

void read_tf(TfNode& n) {
  if (!n.expect(4)) return;
  const std::string method = n.text("method", "bilinear");
  if (!n.require(method == "bilinear" || method == "nearest",
                 "method: expected bilinear or nearest, got " + method))
    return;
  n.become(CropAndResize{.nearest = method == "nearest",
                         .extrapolation = static_cast<float>(n.number("extrapolation_value", 0))});
}

}  // namespace

const OpDef CropAndResize::kOp = define_op<CropAndResize, infer>("crop_and_resize");
extern const EvalFacet eval_crop_and_resize = eval_facet<CropAndResize, eval>();
extern const ReadTfFacet read_tf_crop_and_resize{"CropAndResize", read_tf};

}  // namespace tare
