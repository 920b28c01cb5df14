// Floats in and out of quantised models. By default callers see a model's quantised inputs and
// outputs as real numbers; these are the conversions at that border, the same as TensorFlow Lite's
// QUANTIZE and DEQUANTIZE do.
#pragma once

#include <span>

#include "ir/tensor.h"

namespace tare {

// True for tensors that callers see as floats: integers of 16 bits or fewer with one scale for the
// whole tensor.
bool is_quantised_io(const TensorType& type);

// Writes reals into `stored`, which has as many elements: divides by the scale, rounds half away
// from zero, clamps to the element type. NaN becomes the zero point.
void quantise(std::span<const float> reals, Tensor& stored);

void dequantise(const Tensor& stored, std::span<float> reals);

}  // namespace tare
