// Rows of a matrix times one vector: the inner loop of recurrent ops, where there is one vector at
// a time and packing the weights (tile_product.h) would cost as much as the products.
#pragma once

#include <cstdint>

namespace tare {

struct RowProducts {
  std::int64_t rows;
  std::int64_t width;
};

// out[r] += row r . x
void add_row_products(const RowProducts& size, const float* matrix, const float* x, float* out);
// out[r] = row r . x, modulo 2^32 as the reference's sums
void row_products(const RowProducts& size, const std::int8_t* matrix, const std::int16_t* x,
                  std::int32_t* out);

}  // namespace tare
