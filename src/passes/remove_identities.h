// Nodes that change nothing: reshapes to the same shape, reshapes of reshapes, transposes that
// cancel.
#pragma once

#include "ir/graph.h"

namespace tare {

int remove_identities(Graph& graph);

}  // namespace tare
