// NON_MAX_SUPPRESSION_V4 and V5. Candidates wait in a heap ordered by score; in the soft form a
// candidate's score decays by exp(-IoU^2 / (2 sigma)) for each box kept, and it goes back into the
// heap. Source: TFLite's reference kernel; Bodla et al., "Soft-NMS", 2017.
#include "ops/non_max_suppression.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/heap_sort.h"
#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::string_view variant(const NonMaxSuppression& op) {
  return op.soft ? "non_max_suppression_v5" : "non_max_suppression_v4";
}

void infer(const NonMaxSuppression& op, InferContext& c) {
  const Shape& boxes = c.shape(0);
  const Shape& scores = c.shape(1);
  if (!c.require(c.dtype(0) == DType::kFloat32 && c.dtype(1) == DType::kFloat32,
                 "boxes and scores must be float32"))
    return;
  if (boxes.ranked() && !c.require(boxes.rank() == 2 && (!is_known(boxes[1]) || boxes[1] == 4),
                                   "boxes: expected [n, 4], got " + boxes.text()))
    return;
  if (scores.ranked() &&
      !c.require(scores.rank() == 1 && (!is_known(scores[0]) || !boxes.ranked() ||
                                        !is_known(boxes[0]) || scores[0] == boxes[0]),
                 "scores: expected one a box"))
    return;
  for (int i = 2; i < c.inputs(); ++i) {
    if (c.shape(i).known() &&
        !c.require(c.shape(i).elements() == 1, "counts and thresholds must be scalars"))
      return;
  }
  const auto most = c.contents(2);
  if (!c.require(!most || !most->front().known || most->front().value >= 0,
                 "a negative number of boxes to keep"))
    return;
  const Shape kept{op.padded && most ? most->front().dim() : kUnknownDim};
  int o = 0;
  c.output(o++, DType::kInt32, kept);
  if (op.soft) c.output(o++, DType::kFloat32, kept);
  if (o < c.outputs()) c.output(o, DType::kInt32, {});
}

struct Candidate {
  std::int64_t box;
  float score;
  std::size_t compared;  // how many kept boxes it has met
};

float intersection_over_union(const float* a, const float* b) {
  const auto low = [](const float* box, int k) { return std::min(box[k], box[k + 2]); };
  const auto high = [](const float* box, int k) { return std::max(box[k], box[k + 2]); };
  const float area_a = (high(a, 0) - low(a, 0)) * (high(a, 1) - low(a, 1));
  const float area_b = (high(b, 0) - low(b, 0)) * (high(b, 1) - low(b, 1));
  if (area_a <= 0 || area_b <= 0) return 0.0f;
  const float height =
      std::max(std::min(high(a, 0), high(b, 0)) - std::max(low(a, 0), low(b, 0)), 0.0f);
  const float width =
      std::max(std::min(high(a, 1), high(b, 1)) - std::max(low(a, 1), low(b, 1)), 0.0f);
  const float both = height * width;
  return both / (area_a + area_b - both);
}

class Waiting {
 public:
  explicit Waiting(bool ties_by_box) : later_{ties_by_box} {}
  std::size_t size() const { return heap_.size(); }

  void push(const Candidate& candidate) {
    heap_.push_back(candidate);
    heap_rise(heap_, heap_.size() - 1, 0, candidate, later_);
  }

  Candidate pop() {
    const Candidate top = heap_.front(), last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) heap_sink(heap_, 0, heap_.size(), last, later_);
    return top;
  }

 private:
  struct Later {
    bool ties_by_box;
    bool operator()(const Candidate& a, const Candidate& b) const {
      return a.score < b.score || (ties_by_box && a.score == b.score && a.box > b.box);
    }
  };

  Later later_;
  std::vector<Candidate> heap_;
};

struct Settings {
  bool ties_by_box;  // the lower index first, else as the heap has them
  std::int64_t most;
  float iou, score, sigma;
  bool tensorflow;

  bool drops(float overlap) const {
    return tensorflow ? sigma <= 0 && overlap > iou : overlap >= iou;
  }
  float decay(float overlap) const { return std::exp(-0.5f / sigma * overlap * overlap); }
};

std::vector<Candidate> suppress(const float* boxes, std::span<const float> scores,
                                const Settings& s) {
  Waiting waiting(s.ties_by_box);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > s.score) waiting.push({static_cast<std::int64_t>(i), scores[i], 0});
  }
  const auto most = std::min(waiting.size(), static_cast<std::size_t>(s.most));
  std::vector<Candidate> kept;
  while (kept.size() < most && waiting.size() > 0) {
    Candidate next = waiting.pop();
    const float before = next.score;
    bool out = false;
    for (std::size_t j = kept.size(); j-- > next.compared;) {
      const float iou = intersection_over_union(boxes + 4 * next.box, boxes + 4 * kept[j].box);
      if (s.drops(iou)) {
        out = true;
        break;
      }
      if (s.sigma > 0) next.score *= s.decay(iou);
      if (next.score <= s.score) {
        out = true;
        break;
      }
    }
    next.compared = kept.size();
    if (out) continue;
    const bool keeps = next.score == before;
    if (keeps) kept.push_back(next);
    // TFLite lets a kept box wait again: it drops out for overlapping itself (one without an area
    // does not, and is kept twice), but the heap has been stirred.
    if (!(keeps && s.tensorflow) && next.score > s.score) waiting.push(next);
  }
  return kept;
}

void eval(const NonMaxSuppression& op, EvalContext& c) {
  const auto number = [&](int i) { return c.input(i).as<float>()[0]; };
  const Settings s{.ties_by_box = op.tensorflow,
                   .most = integer_at(c.input(2), 0),
                   .iou = number(3),
                   .score = number(4),
                   .sigma = op.soft ? number(5) : 0.0f,
                   .tensorflow = op.tensorflow};
  if (!c.require(s.most >= 0, "a negative number of boxes to keep")) return;
  if (!c.require(s.iou >= 0 && s.iou <= 1, "the IoU threshold is outside [0, 1]")) return;
  if (!c.require(s.sigma >= 0, "a negative sigma")) return;
  const auto kept = suppress(c.input(0).as<float>().data(), c.input(1).as<float>(), s);
  const Shape shape{op.padded ? s.most : static_cast<Dim>(kept.size())};
  Tensor* indices = c.output(0, shape);
  Tensor* scores = op.soft ? c.output(1, shape) : nullptr;
  if (indices == nullptr || (op.soft && scores == nullptr)) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape[0]); ++i) {
    indices->as<std::int32_t>()[i] = i < kept.size() ? static_cast<std::int32_t>(kept[i].box) : 0;
    if (scores) scores->as<float>()[i] = i < kept.size() ? kept[i].score : 0.0f;
  }
  const int last = op.soft ? 2 : 1;
  if (c.wants(last)) c.output(last).as<std::int32_t>()[0] = static_cast<std::int32_t>(kept.size());
}

void read_v4(TfliteNode& n) {
  if (n.expect(5, 5, 2)) n.emit(NonMaxSuppression{});
}
void read_v5(TfliteNode& n) {
  if (n.expect(6, 6, 3)) n.emit(NonMaxSuppression{.soft = true});
}
void write_tflite(const NonMaxSuppression& op, TfliteWriter& w) {
  if (!op.padded) return w.refuse("TFLite pads its results");
  w.builtin(op.soft ? tflite::BuiltinOperator_NON_MAX_SUPPRESSION_V5
                    : tflite::BuiltinOperator_NON_MAX_SUPPRESSION_V4);
}

}  // namespace

std::vector<KeptBox> keep_boxes(const float* boxes, std::span<const float> scores,
                                const SuppressionLimits& limits) {
  const Settings s{.ties_by_box = false,
                   .most = limits.most,
                   .iou = limits.iou,
                   .score = limits.score,
                   .sigma = 0.0f,
                   .tensorflow = true};
  std::vector<KeptBox> kept;
  for (const Candidate& c : suppress(boxes, scores, s)) kept.push_back({c.box, c.score});
  return kept;
}

const OpDef NonMaxSuppression::kOp =
    define_op_table<NonMaxSuppression, infer, variant>("non_max_suppression", kSizesOutputs);
extern const EvalFacet eval_non_max_suppression = eval_facet<NonMaxSuppression, eval>();
extern const ReadTfliteFacet read_tflite_non_max_suppression_v4{
    tflite::BuiltinOperator_NON_MAX_SUPPRESSION_V4, read_v4};
extern const ReadTfliteFacet read_tflite_non_max_suppression_v5{
    tflite::BuiltinOperator_NON_MAX_SUPPRESSION_V5, read_v5};
extern const WriteTfliteFacet write_tflite_non_max_suppression =
    write_tflite_facet<NonMaxSuppression, write_tflite>();

}  // namespace tare
