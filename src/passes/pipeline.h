// Rewrites graphs so that they run faster and give equal outputs. The ordered list is in
// pipeline.cpp.
#pragma once

#include "base/result.h"
#include "ir/graph.h"

namespace tare {

// Optimises every graph of the module in place.
Status optimise(Module& module);

}  // namespace tare
