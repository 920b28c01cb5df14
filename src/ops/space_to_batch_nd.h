// Pads spatial dimensions (input 2), then moves their blocks (input 1) into the batch.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SpaceToBatchNd {
  bool operator==(const SpaceToBatchNd&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
