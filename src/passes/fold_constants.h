// Replaces pure nodes of constants by their results.
#pragma once

#include "ir/graph.h"

namespace tare {

void fold_constants(Graph& graph);

}  // namespace tare
