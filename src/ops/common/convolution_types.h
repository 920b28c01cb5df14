// A convolution or matrix product in whatever types its tensors have: floats, 8-bit and 16x8
// integers, hybrid.
#pragma once

#include "ir/eval_context.h"
#include "ops/common/convolution.h"

namespace tare {

struct ConvolutionRun {
  ConvolutionShape shape;
  Columns weights;
  int input = 0;
  int bias = 2;
  Activation activation = Activation::kNone;
  Rounding narrow = Rounding::kTwice;  // of 8-bit sums
  Rounding wide = Rounding::kWide;     // of 16-bit inputs' sums
  bool product_in_float = false;       // see ScaleSource
  bool asymmetric = false;             // hybrid: quantise the input with a zero point
};

// Writes output 0. Types and shapes have been checked by infer.
void run_convolution(EvalContext& c, const ConvolutionRun& run);

// The stored integers less their zero point.
void load_centred(const Tensor& t, std::int16_t* out);
// Floats of any width as float32.
void load_floats(const Tensor& t, float* out);

}  // namespace tare
