// Runs one of several graphs. Input 0: one int32 that picks it; the others go to the graph.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct StablehloCase {
  std::vector<GraphId> branches;
  bool operator==(const StablehloCase&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
