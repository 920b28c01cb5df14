// The inner loop of every convolution and matrix product: a run of input elements times a tile of
// weight columns. A tile is packed [k][16], so that the loop is four vectors wide in every build
// and each sum adds up in the order of k, as a scalar loop would: results do not depend on how many
// rows there are.
#pragma once

#include <cstdint>

#include "ir/tensor.h"

namespace tare {

inline constexpr int kTile = 16;

// Weight (k, column) lies at offset + k * k_stride + column * column_stride; where `run` is not 0,
// runs of so many k lie run_stride apart.
struct Columns {
  const Tensor* weights;
  std::int64_t offset = 0;
  std::int64_t k_stride = 1;
  std::int64_t column_stride = 1;
  std::int64_t run = 0;
  std::int64_t run_stride = 0;
  std::int32_t zero_point = 0;  // taken away when weights are packed as integers
};

struct TilePlace {
  std::int64_t first;    // column
  std::int64_t columns;  // at most kTile; the rest of the tile is zero
  std::int64_t depth;    // k runs from 0 to here
};

void pack_tile(const Columns& columns, const TilePlace& place, float* tile);
void pack_tile(const Columns& columns, const TilePlace& place, std::int16_t* tile);

void add_products(const float* x, std::int64_t count, const float* tile, float* sums);
void add_products(const std::int16_t* x, std::int64_t count, const std::int16_t* tile,
                  std::int32_t* sums);

// Sums of one tile in float32.
struct FloatSums {
  using Input = float;
  float sums[kTile];
  void clear() {
    for (float& s : sums) s = 0.0f;
  }
  void add(const float* x, std::int64_t count, const float* tile) {
    add_products(x, count, tile, sums);
  }
  void finish() {}
};

// Sums of one tile of integers, exact in 64 bits: products gather in 32 bits as long as they cannot
// overflow.
struct IntSums {
  using Input = std::int16_t;
  explicit IntSums(std::int64_t products_in_32_bits) : limit(products_in_32_bits) {}
  std::int64_t limit;
  std::int64_t room = 0;
  std::int32_t narrow[kTile];
  std::int64_t sums[kTile];
  void clear();
  void add(const std::int16_t* x, std::int64_t count, const std::int16_t* tile);
  void finish() { flush(); }

 private:
  void flush();
};

// How many products of these types fit 32 bits.
std::int64_t products_in_32_bits(DType input, DType weights);

}  // namespace tare
