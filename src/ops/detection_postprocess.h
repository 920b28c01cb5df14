// SSD's last step (custom op TFLite_Detection_PostProcess): box encodings [1, n, 4], class scores
// [1, n, classes (+ background)] and anchors [n, 4] become the best boxes, their classes and
// scores, and how many there are.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct DetectionPostprocess {
  std::int64_t max_detections = 0;
  std::int64_t max_classes_per_detection = 0;
  std::int64_t detections_per_class = 100;
  bool use_regular_nms = false;
  float nms_score_threshold = 0;
  float nms_iou_threshold = 0;
  std::int64_t num_classes = 0;
  float y_scale = 0, x_scale = 0, h_scale = 0, w_scale = 0;
  bool operator==(const DetectionPostprocess&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
