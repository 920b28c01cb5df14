// Runs a graph that fills variables and tables: once after load and once after each reset, whoever
// calls it.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct CallOnce {
  GraphId graph = GraphId::kNone;
  bool operator==(const CallOnce&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
