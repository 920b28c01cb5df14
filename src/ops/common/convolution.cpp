// Tile by tile, point by point.
#include "ops/common/convolution.h"

#include <algorithm>

namespace tare {
namespace {

template <class Sums, class Store>
void run(const ConvolutionShape& s, const typename Sums::Input* x, const Columns& weights,
         typename Sums::Input* tile, Sums& sums, const Store& store) {
  WindowRuns runs(s);
  const std::int64_t points = s.points();
  for (std::int64_t g = 0; g < s.groups; ++g) {
    for (std::int64_t first = 0; first < s.group_outputs; first += kTile) {
      const TilePlace place{g * s.group_outputs + first,
                            std::min<std::int64_t>(kTile, s.group_outputs - first), s.depth()};
      pack_tile(weights, place, tile);
      for (std::int64_t image = 0; image < s.batch; ++image) {
        for (std::int64_t p = 0; p < points; ++p) {
          runs.move_to(image, p);
          sums.clear();
          runs.each(g, [&](std::int64_t at, std::int64_t k, std::int64_t count) {
            sums.add(x + at, count, tile + k * kTile);
          });
          sums.finish();
          store({image, image * points + p, place.first, place.columns}, sums.sums);
        }
      }
    }
  }
}

}  // namespace

void convolve(const ConvolutionShape& s, const float* x, const Columns& weights, float* tile,
              const FloatStore& store) {
  FloatSums sums;
  run(s, x, weights, tile, sums, store);
}

void convolve(const ConvolutionShape& s, const std::int16_t* x, const Columns& weights,
              std::int16_t* tile, IntSums sums, const IntStore& store) {
  run(s, x, weights, tile, sums, store);
}

void convolve(const ConvolutionShape& s, const std::int16_t* x, const Columns& weights,
              std::int16_t* tile, IntSums sums, const HybridStore& store) {
  run(s, x, weights, tile, sums, store);
}

}  // namespace tare
