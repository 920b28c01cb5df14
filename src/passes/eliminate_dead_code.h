// Removes pure nodes whose outputs nobody reads, and drops the bytes of constants nobody reads.
#pragma once

#include "ir/graph.h"

namespace tare {

void eliminate_dead_code(Graph& graph);

}  // namespace tare
