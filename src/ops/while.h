// Repeats a graph while another says so. Both take the loop's values; the body gives the next ones.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct While {
  GraphId cond_graph = GraphId::kNone;
  GraphId body_graph = GraphId::kNone;
  bool operator==(const While&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
