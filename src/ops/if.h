// Runs one of two graphs. Input 0: one bool; the others go to the graph.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct If {
  GraphId then_graph = GraphId::kNone;
  GraphId else_graph = GraphId::kNone;
  bool operator==(const If&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
