// Definition, kernel and reader.
#include "ops/combined_non_max_suppression.h"

#include <algorithm>

#include "base/heap_sort.h"
#include "ir/facets.h"
#include "ops/non_max_suppression.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr std::int64_t kMost = 1 << 24;

std::int64_t count_of(const CombinedNonMaxSuppression& op, std::int64_t of_class, std::int64_t all,
                      std::int64_t classes) {
  return op.pad_per_class ? std::min(all, of_class * classes) : all;
}

void infer(const CombinedNonMaxSuppression& op, InferContext& c) {
  const Shape& boxes = c.shape(0);
  const Shape& scores = c.shape(1);
  for (const int i : {0, 1, 4, 5}) {
    if (!c.require(c.dtype(i) == DType::kFloat32, "boxes, scores and thresholds must be float32"))
      return;
  }
  if (!c.require(!boxes.ranked() ||
                     (boxes.rank() == 4 && compatible(boxes, {boxes[0], boxes[1], boxes[2], 4})),
                 "boxes: expected [batch, n, classes, 4], got " + boxes.text()))
    return;
  if (!c.require(!scores.ranked() || scores.rank() == 3,
                 "scores: expected [batch, n, classes], got " + scores.text()))
    return;
  const Dim classes = scores.ranked() ? scores[2] : kUnknownDim;
  if (boxes.ranked() && scores.ranked() &&
      !c.require(
          compatible({boxes[0], boxes[1]}, {scores[0], scores[1]}) &&
              (boxes[2] == 1 || !is_known(boxes[2]) || !is_known(classes) || boxes[2] == classes),
          "boxes and scores do not fit each other"))
    return;
  for (int i = 2; i < 6; ++i) {
    if (c.shape(i).known() &&
        !c.require(c.shape(i).elements() == 1, "counts and thresholds must be scalars"))
      return;
  }
  const Dim batch = boxes.ranked() ? boxes[0] : scores.ranked() ? scores[0] : kUnknownDim;
  Dim count = kUnknownDim;
  const auto of_class = c.integers(2), all = c.integers(3);
  if (of_class && all) {
    const std::int64_t a = (*of_class)[0], b = (*all)[0];
    if (!c.require(a > 0 && b > 0 && a <= kMost && b <= kMost, "counts out of range")) return;
    if (!op.pad_per_class || is_known(classes)) count = count_of(op, a, b, classes);
  }
  c.output(0, DType::kFloat32, {batch, count, 4});
  if (c.outputs() > 1) c.output(1, DType::kFloat32, {batch, count});
  if (c.outputs() > 2) c.output(2, DType::kFloat32, {batch, count});
  if (c.outputs() > 3) c.output(3, DType::kInt32, {batch});
}

struct Found {
  const float* box;
  float score;
  std::int64_t of_class;
  std::size_t order;  // of discovery: class by class, the better first
};

// Of one image, the best first.
std::vector<Found> find(const EvalContext& c, std::int64_t image, const SuppressionLimits& limits) {
  const Shape& shape = c.input(0).shape;
  const std::int64_t n = shape[1], sets = shape[2], classes = c.input(1).shape[2];
  const float* boxes = c.input(0).as<float>().data() + image * n * sets * 4;
  const float* scores = c.input(1).as<float>().data() + image * n * classes;
  std::vector<float> own(static_cast<std::size_t>(n * 4)), score(static_cast<std::size_t>(n));
  std::vector<Found> all;
  for (std::int64_t k = 0; k < classes; ++k) {
    const std::int64_t set = sets == 1 ? 0 : k;
    for (std::int64_t i = 0; i < n; ++i) {
      std::copy_n(boxes + (i * sets + set) * 4, 4, own.data() + i * 4);
      score[static_cast<std::size_t>(i)] = scores[i * classes + k];
    }
    for (const KeptBox& kept : keep_boxes(own.data(), score, limits))
      all.push_back({boxes + (kept.box * sets + set) * 4, kept.score, k, all.size()});
  }
  heap_sort(all, [](const Found& a, const Found& b) {
    return a.score > b.score || (a.score == b.score && a.order < b.order);
  });
  return all;
}

void eval(const CombinedNonMaxSuppression& op, EvalContext& c) {
  const auto number = [&](int i) { return c.input(i).as<float>()[0]; };
  const std::int64_t of_class = integer_at(c.input(2), 0), most = integer_at(c.input(3), 0);
  const SuppressionLimits limits{of_class, number(4), number(5)};
  if (!c.require(of_class > 0 && most > 0 && of_class <= kMost && most <= kMost,
                 "counts out of range"))
    return;
  if (!c.require(limits.iou >= 0 && limits.iou <= 1, "the IoU threshold is outside [0, 1]")) return;
  const std::int64_t batch = c.input(0).shape[0];
  const std::int64_t count = count_of(op, of_class, most, c.input(1).shape[2]);
  Tensor* boxes = c.output(0, {batch, count, 4});
  Tensor* scores = c.wants(1) ? c.output(1, {batch, count}) : nullptr;
  Tensor* classes = c.wants(2) ? c.output(2, {batch, count}) : nullptr;
  if (boxes == nullptr) return;
  std::fill_n(boxes->as<float>().data(), boxes->elements(), 0.0f);
  for (Tensor* t : {scores, classes}) {
    if (t) std::fill_n(t->as<float>().data(), t->elements(), 0.0f);
  }
  for (std::int64_t image = 0; image < batch && c.ok(); ++image) {
    const auto found = find(c, image, limits);
    const std::int64_t valid = std::min(count, static_cast<std::int64_t>(found.size()));
    for (std::int64_t i = 0; i < valid; ++i) {
      const Found& f = found[static_cast<std::size_t>(i)];
      const auto at = static_cast<std::size_t>(image * count + i);
      for (std::size_t k = 0; k < 4; ++k)
        boxes->as<float>()[at * 4 + k] =
            op.clip_boxes ? std::clamp(f.box[k], 0.0f, 1.0f) : f.box[k];
      if (scores) scores->as<float>()[at] = f.score;
      if (classes) classes->as<float>()[at] = static_cast<float>(f.of_class);
    }
    if (c.wants(3))
      c.output(3).as<std::int32_t>()[static_cast<std::size_t>(image)] =
          static_cast<std::int32_t>(valid);
  }
}

void read_tf(TfNode& n) {
  if (!n.expect(6)) return;
  n.outputs(
      n.builder().emit_n(CombinedNonMaxSuppression{.pad_per_class = n.flag("pad_per_class", false),
                                                   .clip_boxes = n.flag("clip_boxes", true)},
                         n.all_inputs(), 4));
}

}  // namespace

const OpDef CombinedNonMaxSuppression::kOp =
    define_op<CombinedNonMaxSuppression, infer>("combined_non_max_suppression", kSizesOutputs);
extern const EvalFacet eval_combined_non_max_suppression =
    eval_facet<CombinedNonMaxSuppression, eval>();
extern const ReadTfFacet read_tf_combined_non_max_suppression{"CombinedNonMaxSuppression", read_tf};

}  // namespace tare
