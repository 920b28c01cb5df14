// Weights with a scale a block: a block's sum of integer products is scaled, then added to the
// row's.
#include <algorithm>

#include "ops/common/dynamic_quantization.h"
#include "ops/common/requantize.h"
#include "ops/common/tile_product.h"
#include "ops/fully_connected/kernels.h"

namespace tare {
namespace {

class BlockProduct {
 public:
  BlockProduct(const Tensor& weights, const FullyConnectedExtents& extents)
      : scales_(weights.quantization->scales.data()),
        size_(weights.quantization->block_size),
        blocks_(extents.width / size_) {}

  void row(const std::int16_t* x, const std::int16_t* tile, const TilePlace& place,
           float* totals) const {
    std::fill(totals, totals + kTile, 0.0f);
    for (std::int64_t b = 0; b < blocks_; ++b) {
      IntSums sums(products_in_32_bits(DType::kInt8, DType::kInt8));
      sums.clear();
      sums.add(x + b * size_, size_, tile + b * size_ * kTile);
      sums.finish();
      for (std::int64_t j = 0; j < place.columns; ++j) {
        totals[j] += static_cast<float>(sums.sums[j]) * scales_[(place.first + j) * blocks_ + b];
      }
    }
  }

 private:
  const float* scales_;
  std::int64_t size_, blocks_;
};

}  // namespace

void eval_blockwise(const FullyConnected& op, EvalContext& c) {
  const FullyConnectedExtents e = fully_connected_extents(c);
  const Tensor& w = c.input(1);
  ScratchParts parts;
  const std::size_t tile = parts.add<std::int16_t>(e.width * kTile);
  const std::size_t input = parts.add<std::int16_t>(e.rows * e.width);
  const std::size_t scales = parts.add<float>(e.rows);
  const FloatBias bias(c, 2, parts);
  if (!parts.allocate(c)) return;
  auto* x = parts.at<std::int16_t>(input);
  for (std::int64_t r = 0; r < e.rows; ++r) {
    parts.at<float>(scales)[r] =
        quantize_asymmetric(c.input(0).as<float>().data() + r * e.width, e.width, x + r * e.width);
  }
  const BlockProduct product(w, e);
  const FloatStore store{.output = &c.output(0),
                         .channels = e.outputs,
                         .bias = bias.data(parts),
                         .activation = op.activation};
  for (std::int64_t first = 0; first < e.outputs; first += kTile) {
    const TilePlace place{first, std::min<std::int64_t>(kTile, e.outputs - first), e.width};
    pack_tile({.weights = &w, .column_stride = e.width}, place, parts.at<std::int16_t>(tile));
    for (std::int64_t r = 0; r < e.rows; ++r) {
      float totals[kTile];
      product.row(x + r * e.width, parts.at<std::int16_t>(tile), place, totals);
      for (float& t : totals) t *= parts.at<float>(scales)[r];
      store({r, r, place.first, place.columns}, totals);
    }
  }
}

}  // namespace tare
