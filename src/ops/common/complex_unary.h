// Elementwise functions of complex numbers.
#pragma once

#include "ir/eval_context.h"
#include "ops/unary/unary.h"

namespace tare {

// False when there is none for the op, or the input is not complex.
bool eval_complex_unary(const Unary& op, EvalContext& c);

}  // namespace tare
