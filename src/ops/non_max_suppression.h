// Boxes [n, 4] (y1, x1, y2, x2) and scores [n] kept greedily. Inputs: boxes, scores, largest count,
// IoU threshold, score threshold, and for the soft form its sigma. Outputs: indices (padded with 0
// to the largest count), for the soft form scores, and how many are valid.
#pragma once

#include <span>
#include <vector>

#include "ir/op_def.h"

namespace tare {

struct NonMaxSuppression {
  bool soft = false;   // NON_MAX_SUPPRESSION_V5
  bool padded = true;  // TFLite always pads; TensorFlow's V3 returns as many as it keeps
  // TensorFlow's: a box goes when it overlaps by more than the threshold (TFLite: by as much), the
  // soft form knows no threshold, and of equal scores the lower index comes first (TFLite: as its
  // heap has them).
  bool tensorflow = false;
  bool operator==(const NonMaxSuppression&) const = default;
  static const OpDef kOp;
};

struct SuppressionLimits {
  std::int64_t most;
  float iou, score;
};
struct KeptBox {
  std::int64_t box;
  float score;
};
// As TensorFlow's combined form does it for each class; boxes are [n, 4].
std::vector<KeptBox> keep_boxes(const float* boxes, std::span<const float> scores,
                                const SuppressionLimits& limits);

}  // namespace tare
