// A shape that a tensor of extents says, for ops that are given one (fill, broadcast_to, random
// ...).
#pragma once

#include "ir/infer_context.h"

namespace tare {

// Unknown (of the right rank where that is known) as long as the contents are; fails on negative
// extents.
Shape wanted_shape(InferContext& c, int input);

}  // namespace tare
