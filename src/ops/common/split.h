// Cutting a tensor into neighbouring parts along an axis: what split and split_v share.
#pragma once

#include "ir/eval_context.h"
#include "ir/infer_context.h"

namespace tare {

class XnnBuilder;

// XNNPACK compares each value within a segment with the others.
inline constexpr int kMaxParts = 1024;

// Fills every wanted output from input `tensor`, parts one after the other along `axis`.
void eval_parts(EvalContext& c, int tensor, int axis);
// The same with XNNPACK slices.
bool lower_parts(XnnBuilder& b, int tensor, int axis);

}  // namespace tare
