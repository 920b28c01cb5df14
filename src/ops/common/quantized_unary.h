// Quantised elementwise ops of one input, bit for bit as TFLite's reference kernels: 8-bit ones by
// a table of 256 entries, 16-bit ones by an interpolated table; those that are linear by parts in
// fixed point.
#pragma once

#include "ir/eval_context.h"
#include "ops/unary/unary.h"

namespace tare {

struct QuantizedUnary {
  const Unary& op;
  double (*real)(double x, double alpha);  // null: none on real numbers
};

// True when this kind has a quantised kernel for these types; the kernel has then run, or said why
// not.
bool eval_quantized_unary(const QuantizedUnary& unary, EvalContext& c);

}  // namespace tare
