// relu, relu6 and relu_n1_to_1 become part of the float op before them.
#pragma once

#include "ir/graph.h"

namespace tare {

int fuse_activation(Graph& graph);

}  // namespace tare
