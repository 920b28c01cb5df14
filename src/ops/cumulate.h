// Running sums (CUMSUM), products or logarithms of sums of exponentials along the axis in input 1.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Cumulate {
  bool product = false;
  bool logarithms = false;  // of floats
  bool exclusive = false;   // each result leaves its own element out
  bool reverse = false;
  bool operator==(const Cumulate&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
