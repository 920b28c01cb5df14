// Removes nodes without effects whose outputs nobody reads (what only looks state up, as a
// variable's handle, is one), and drops the bytes of constants nobody reads.
#pragma once

#include "ir/graph.h"

namespace tare {

void eliminate_dead_code(Graph& graph);

}  // namespace tare
