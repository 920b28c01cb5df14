// One loop for convolutions of up to three spatial axes, transposed ones, and matrix products (a
// convolution of points): for each tile of output channels the weights are packed once, then every
// output point adds up its runs of input.
#pragma once

#include <cstdint>

#include "ops/common/requantize.h"
#include "ops/common/tile_product.h"
#include "ops/common/window_runs.h"

namespace tare {

// Elements of scratch for one tile of weights; the caller has room for them.
inline std::int64_t tile_size(const ConvolutionShape& s) { return s.depth() * kTile; }

// Sums go to `store`, 16 channels of one output point at a time.
void convolve(const ConvolutionShape& s, const float* x, const Columns& weights, float* tile,
              const FloatStore& store);
void convolve(const ConvolutionShape& s, const std::int16_t* x, const Columns& weights,
              std::int16_t* tile, IntSums sums, const IntStore& store);
void convolve(const ConvolutionShape& s, const std::int16_t* x, const Columns& weights,
              std::int16_t* tile, IntSums sums, const HybridStore& store);

}  // namespace tare
