// A shape that a tensor of extents says, for ops that are given one (fill, broadcast_to, random
// ...).
#pragma once

#include "ir/infer_context.h"

namespace tare {

// Unknown (of the right rank where that is known) as long as the contents are; fails on negative
// extents.
Shape wanted_shape(InferContext& c, int input);

// Height and width of `images` (NHWC) from an input of two; false after a failure is recorded.
bool take_image_size(InferContext& c, int input, Shape& images);

}  // namespace tare
