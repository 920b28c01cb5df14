// TFLite_Detection_PostProcess. Anchors and encodings are (y centre, x centre, height, width),
// boxes (top, left, bottom, right). Fast: one suppression on each box's best score; regular: one a
// class, then the best of all.
#include "ops/detection_postprocess.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "base/heap_sort.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/flex_options.h"  // before any other FlatBuffers header
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

constexpr std::int64_t kMost = 1 << 20;

void infer(const DetectionPostprocess& op, InferContext& c) {
  for (int i = 0; i < 3; ++i) {
    if (!c.require(c.dtype(i) == DType::kFloat32 || c.type(i).quantized(),
                   "inputs must be float32 or quantised"))
      return;
  }
  const Shape& boxes = c.shape(0);
  const Shape& scores = c.shape(1);
  const Shape& anchors = c.shape(2);
  if (boxes.known() && scores.known() && anchors.known()) {
    if (!c.require(boxes.rank() == 3 && boxes[0] == 1 && boxes[2] >= 4,
                   "boxes: expected [1, n, 4], got " + boxes.text()))
      return;
    if (!c.require(scores.rank() == 3 && scores[0] == 1 && scores[1] == boxes[1],
                   "scores: expected [1, n, classes], got " + scores.text()))
      return;
    if (!c.require(anchors.rank() == 2 && anchors[0] == boxes[1] && anchors[1] == 4,
                   "anchors: expected [n, 4], got " + anchors.text()))
      return;
    const Dim background = scores[2] - op.num_classes;
    if (!c.require(background == 0 || background == 1,
                   "num_classes: the scores have " + std::to_string(scores[2])))
      return;
  }
  const Dim rows = op.max_detections * op.max_classes_per_detection;
  c.output(0, DType::kFloat32, {1, rows, 4});
  c.output(1, DType::kFloat32, {1, rows});
  c.output(2, DType::kFloat32, {1, rows});
  c.output(3, DType::kFloat32, {1});
}

struct Box {
  float top, left, bottom, right;
  float area() const { return (bottom - top) * (right - left); }
};

float overlap(const Box& a, const Box& b) {
  if (a.area() <= 0 || b.area() <= 0) return 0;
  const float height = std::max(std::min(a.bottom, b.bottom) - std::max(a.top, b.top), 0.0f);
  const float width = std::max(std::min(a.right, b.right) - std::max(a.left, b.left), 0.0f);
  const float both = height * width;
  return both / (a.area() + b.area() - both);
}

struct Detection {
  std::int64_t box, label;
  float score;
};

// Scores as they are kept: sorted by score, equal ones in index order.
std::vector<std::int64_t> suppress(const DetectionPostprocess& op, const std::vector<Box>& boxes,
                                   const std::vector<float>& scores, std::int64_t most) {
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] >= op.nms_score_threshold) order.push_back(static_cast<std::int64_t>(i));
  heap_sort(order, [&](std::int64_t a, std::int64_t b) {
    const float x = scores[static_cast<std::size_t>(a)], y = scores[static_cast<std::size_t>(b)];
    return x > y || (x == y && a < b);
  });
  std::vector<std::int64_t> kept;
  for (const std::int64_t i : order) {
    if (static_cast<std::int64_t>(kept.size()) >= most) break;
    const bool free = std::none_of(kept.begin(), kept.end(), [&](std::int64_t k) {
      return overlap(boxes[static_cast<std::size_t>(k)], boxes[static_cast<std::size_t>(i)]) >
             op.nms_iou_threshold;
    });
    if (free) kept.push_back(i);
  }
  return kept;
}

class Detector {
 public:
  Detector(const DetectionPostprocess& op, EvalContext& c)
      : op_(op), c_(c), count_(c.input(0).shape[1]) {}

  bool decode() {
    const Tensor& encoded = c_.input(0);
    const Tensor& anchors = c_.input(2);
    const LoadDouble load = load_double(encoded.dtype), anchor = load_double(anchors.dtype);
    const std::int64_t stride = encoded.shape[2];
    for (std::int64_t i = 0; i < count_; ++i) {
      const auto b = [&](int k) {
        return static_cast<float>(real_at(encoded, load, i * stride + k));
      };
      const auto a = [&](int k) { return static_cast<float>(real_at(anchors, anchor, i * 4 + k)); };
      const float y = b(0) / op_.y_scale * a(2) + a(0), x = b(1) / op_.x_scale * a(3) + a(1);
      const float h = 0.5f * std::exp(b(2) / op_.h_scale) * a(2),
                  w = 0.5f * std::exp(b(3) / op_.w_scale) * a(3);
      boxes_.push_back({y - h, x - w, y + h, x + w});
      if (!c_.require(
              boxes_.back().top < boxes_.back().bottom && boxes_.back().left < boxes_.back().right,
              "a decoded box has no area"))
        return false;
    }
    return true;
  }

  // Several classes a box are as many detections, but the box counts once.
  std::int64_t most_classes() const {
    return op_.use_regular_nms ? 1 : std::min(op_.max_classes_per_detection, op_.num_classes);
  }

  std::vector<Detection> fast() const {
    std::vector<float> best;
    for (std::int64_t i = 0; i < count_; ++i) best.push_back(score(i, best_labels(i, 1)[0]));
    std::vector<Detection> found;
    for (const std::int64_t i : suppress(op_, boxes_, best, op_.max_detections)) {
      for (const std::int64_t label : best_labels(i, most_classes()))
        found.push_back({i, label, score(i, label)});
    }
    return found;
  }

  std::vector<Detection> regular() const {
    std::vector<Detection> found;
    for (std::int64_t label = 0; label < op_.num_classes; ++label) {
      std::vector<float> scores;
      for (std::int64_t i = 0; i < count_; ++i) scores.push_back(score(i, label));
      for (const std::int64_t i :
           suppress(op_, boxes_, scores, std::min(op_.detections_per_class, op_.max_detections)))
        found.push_back({i, label, score(i, label)});
      heap_sort(found, [](const Detection& a, const Detection& b) {
        return a.score > b.score ||
               (a.score == b.score && std::pair(a.label, a.box) < std::pair(b.label, b.box));
      });
      if (static_cast<std::int64_t>(found.size()) > op_.max_detections)
        found.resize(static_cast<std::size_t>(op_.max_detections));
    }
    return found;
  }

  void write(const std::vector<Detection>& found) {
    for (int o = 0; o < 4; ++o) std::ranges::fill(c_.output(o).as<float>(), 0.0f);
    for (std::size_t i = 0; i < found.size() && i < c_.output(1).as<float>().size(); ++i) {
      const Box& box = boxes_[static_cast<std::size_t>(found[i].box)];
      const float corners[4] = {box.top, box.left, box.bottom, box.right};
      std::copy_n(corners, 4,
                  c_.output(0).as<float>().begin() + static_cast<std::ptrdiff_t>(4 * i));
      c_.output(1).as<float>()[i] = static_cast<float>(found[i].label);
      c_.output(2).as<float>()[i] = found[i].score;
    }
    const auto boxes = static_cast<std::int64_t>(found.size()) / most_classes();
    c_.output(3).as<float>()[0] = static_cast<float>(boxes);
  }

 private:
  std::vector<std::int64_t> best_labels(std::int64_t box, std::int64_t most) const {
    std::vector<std::int64_t> labels(static_cast<std::size_t>(op_.num_classes));
    std::iota(labels.begin(), labels.end(), std::int64_t{0});
    heap_sort_first(labels, static_cast<std::size_t>(most),
                    [&](auto a, auto b) { return score(box, a) > score(box, b); });
    labels.resize(static_cast<std::size_t>(most));
    return labels;
  }

  // Label 0 is the first class after the background.
  float score(std::int64_t box, std::int64_t label) const {
    const Tensor& scores = c_.input(1);
    const std::int64_t classes = scores.shape[2];
    return static_cast<float>(real_at(scores, load_double(scores.dtype),
                                      box * classes + label + classes - op_.num_classes));
  }

  const DetectionPostprocess& op_;
  EvalContext& c_;
  std::int64_t count_;
  std::vector<Box> boxes_;
};

void eval(const DetectionPostprocess& op, EvalContext& c) {
  Detector detector(op, c);
  if (detector.decode()) detector.write(op.use_regular_nms ? detector.regular() : detector.fast());
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(3, 3, 4)) return;
  const auto bytes = n.custom_options();
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (!n.require(!bytes.empty() && flexbuffers::VerifyBuffer(data, bytes.size()),
                 "custom options: no sound FlexBuffer"))
    return;
  const auto root = flexbuffers::GetRoot(data, bytes.size());
  if (!n.require(root.IsMap(), "custom options: no map")) return;
  const auto map = root.AsMap();
  DetectionPostprocess op;
  op.max_detections = map["max_detections"].AsInt64();
  op.max_classes_per_detection = map["max_classes_per_detection"].AsInt64();
  if (!map["detections_per_class"].IsNull())
    op.detections_per_class = map["detections_per_class"].AsInt64();
  op.use_regular_nms = map["use_regular_nms"].AsBool();
  op.nms_score_threshold = map["nms_score_threshold"].AsFloat();
  op.nms_iou_threshold = map["nms_iou_threshold"].AsFloat();
  op.num_classes = map["num_classes"].AsInt64();
  op.y_scale = map["y_scale"].AsFloat();
  op.x_scale = map["x_scale"].AsFloat();
  op.h_scale = map["h_scale"].AsFloat();
  op.w_scale = map["w_scale"].AsFloat();
  const auto counted = [](std::int64_t v) { return v >= 1 && v <= kMost; };
  if (!n.require(counted(op.max_detections) && counted(op.max_classes_per_detection) &&
                     counted(op.num_classes) && counted(op.detections_per_class) &&
                     op.max_detections * op.max_classes_per_detection <= kMost,
                 "max_detections, num_classes, ...: expected 1 to 2^20"))
    return;
  if (!n.require(op.y_scale != 0 && op.x_scale != 0 && op.h_scale != 0 && op.w_scale != 0,
                 "a scale of 0"))
    return;
  n.emit(op);
}

void write_tflite(const DetectionPostprocess& op, TfliteWriter& w) {
  flexbuffers::Builder b;
  b.Map([&] {
    b.Int("max_detections", op.max_detections);
    b.Int("max_classes_per_detection", op.max_classes_per_detection);
    b.Int("detections_per_class", op.detections_per_class);
    b.Bool("use_regular_nms", op.use_regular_nms);
    b.Float("nms_score_threshold", op.nms_score_threshold);
    b.Float("nms_iou_threshold", op.nms_iou_threshold);
    b.Int("num_classes", op.num_classes);
    b.Float("y_scale", op.y_scale);
    b.Float("x_scale", op.x_scale);
    b.Float("h_scale", op.h_scale);
    b.Float("w_scale", op.w_scale);
  });
  b.Finish();
  w.custom("TFLite_Detection_PostProcess", std::as_bytes(std::span(b.GetBuffer())));
}

}  // namespace

const OpDef DetectionPostprocess::kOp =
    define_op<DetectionPostprocess, infer>("detection_postprocess");
extern const EvalFacet eval_detection_postprocess = eval_facet<DetectionPostprocess, eval>();
extern const ReadTfliteFacet read_tflite_detection_postprocess{kCustomOp, read_tflite,
                                                               "TFLite_Detection_PostProcess"};
extern const WriteTfliteFacet write_tflite_detection_postprocess =
    write_tflite_facet<DetectionPostprocess, write_tflite>();

}  // namespace tare
