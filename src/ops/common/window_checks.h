// What ops with windows and weights ask of their attributes and inputs before any arithmetic.
#pragma once

#include <span>

#include "ir/infer_context.h"
#include "ir/window.h"

namespace tare {

// Strides and dilations in 1..2^31 - 1, padding in 0..2^31 - 1.
bool check_axes(InferContext& c, std::span<const WindowAxis> axes);

// `bias` absent, or of `channels` elements and of the type that goes with the input's: float,
// int32, or for int16 inputs int32 or int64.
bool check_bias(InferContext& c, int input, int bias, Dim channels);

// Element types of input and weights as TFLite pairs them: floats; int8, uint8 or int16 with 8-bit
// weights; float32 with int8 weights (hybrid). Integer weights have one scale or one for each of
// `channels`, and unless `zero_points` zero points of 0 where they are signed.
struct WeightCheck {
  int input;
  int weights;
  Dim channels;
  bool zero_points = false;
  bool wide_weights = false;  // int16 weights for int16 inputs
  bool hybrid = true;
};
bool check_weights(InferContext& c, const WeightCheck& check);

// float32 input, integer weights.
inline bool is_hybrid(DType input, DType weights) {
  return input == DType::kFloat32 && !is_float(weights);
}

// Output extent of one axis; unknown where input or filter are, or after failing: extents above
// 2^31 - 1 (whose products could leave int64) and filters of nothing are refused.
Dim checked_output(InferContext& c, Dim input, Dim filter, const WindowAxis& axis, Padding padding);

}  // namespace tare
