// Boxes with equal scores, as TensorFlow 2.21's interpreter answers.
#include <gtest/gtest.h>

#include "ops/detection_postprocess.h"
#include "ops/non_max_suppression.h"
#include "support/small_graph.h"

namespace tare {
namespace {

TEST(NonMaxSuppression, TakesEqualScoresInTheOrderOfTflitesHeap) {
  const auto kept = [](const std::vector<float>& boxes, const std::vector<float>& scores) {
    const auto n = static_cast<std::int32_t>(scores.size());
    SmallGraph g;
    g.output(g.builder().emit(
        NonMaxSuppression{}, {g.input(tensor_type(DType::kFloat32, {n, 4})),
                              g.input(tensor_type(DType::kFloat32, {n})), g.constant(ints({}, {n})),
                              g.constant(floats({}, {0.5f})), g.constant(floats({}, {0.0f}))}));
    EXPECT_EQ(g.load(), "");
    EXPECT_EQ(g.run({floats({n, 4}, boxes), floats({n}, scores)}), "");
    return values_of<std::int32_t>(g.results()[0]);
  };
  std::vector<float> apart;
  for (int i = 0; i < 9; ++i)
    for (const int corner : {0, 0, 1, 1}) apart.push_back(static_cast<float>(2 * i + corner));
  EXPECT_EQ(kept(apart, {0.5f, 0.5f, 0.9f, 0.5f, 0.1f, 0.9f, 0.5f, 0.5f, 0.1f}),
            (std::vector<std::int32_t>{2, 5, 6, 0, 7, 1, 3, 4, 8}));
  // A box without an area overlaps nothing, not even itself.
  EXPECT_EQ(kept({0, 0, 0, 0, 5, 5, 6, 6}, {0.9f, 0.5f}), (std::vector<std::int32_t>{0, 0}));
}

TEST(DetectionPostprocess, CountsABoxOnceWhateverItsClasses) {
  SmallGraph g;
  const DetectionPostprocess op{.max_detections = 2,
                                .max_classes_per_detection = 2,
                                .nms_score_threshold = 0.1f,
                                .nms_iou_threshold = 0.5f,
                                .num_classes = 3,
                                .y_scale = 10,
                                .x_scale = 10,
                                .h_scale = 5,
                                .w_scale = 5};
  const auto outputs = g.builder().emit_n(op,
                                          {g.input(tensor_type(DType::kFloat32, {1, 2, 4})),
                                           g.input(tensor_type(DType::kFloat32, {1, 2, 3})),
                                           g.constant(floats({2, 4}, {0, 0, 1, 1, 5, 5, 1, 1}))},
                                          4);
  for (const ValueId o : outputs) g.output(o);
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({floats({1, 2, 4}, std::vector<float>(8)),
                   floats({1, 2, 3}, {0.5f, 0.7f, 0.5f, 0.9f, 0.2f, 0.9f})}),
            "");
  EXPECT_EQ(values_of<float>(g.results()[1]), (std::vector<float>{2, 0, 1, 0}));
  EXPECT_EQ(values_of<float>(g.results()[3]), (std::vector<float>{2}));
}

}  // namespace
}  // namespace tare
