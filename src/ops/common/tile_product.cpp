// Vectors are the compiler's own (16 bytes): loops stay vectors at -Oz, where auto-vectorisation is
// off.
#include "ops/common/tile_product.h"

#include <algorithm>
#include <cstring>

#include "ops/common/elements.h"

namespace tare {
namespace {

typedef float Floats __attribute__((vector_size(16)));
typedef std::int32_t Ints __attribute__((vector_size(16)));
typedef std::int16_t Shorts __attribute__((vector_size(8)));

template <class V, class T>
V load(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T>
void store(T* p, const V& v) {
  std::memcpy(p, &v, sizeof v);
}

// put(k, place of the weight) for each k of a column.
template <class Put>
void each_k(const Columns& c, const TilePlace& place, std::int64_t column, Put put) {
  const std::int64_t from = c.offset + (place.first + column) * c.column_stride;
  const std::int64_t run = c.run == 0 ? place.depth : c.run;
  for (std::int64_t k = 0, start = from; k < place.depth; start += c.run_stride) {
    for (std::int64_t i = 0; i < run; ++i, ++k) put(k, start + i * c.k_stride);
  }
}

template <class From, class To>
void pack_from(const Columns& c, const TilePlace& place, To* tile) {
  const auto* from = reinterpret_cast<const From*>(c.weights->data);
  for (std::int64_t j = 0; j < place.columns; ++j) {
    each_k(c, place, j, [&](std::int64_t k, std::int64_t at) {
      if constexpr (std::is_same_v<To, float>)
        tile[k * kTile + j] = static_cast<float>(from[at]);
      else
        tile[k * kTile + j] = static_cast<To>(from[at] - c.zero_point);
    });
  }
}

template <class To>
void clear_rest(const TilePlace& place, To* tile) {
  if (place.columns == kTile) return;
  for (std::int64_t k = 0; k < place.depth; ++k)
    std::fill(tile + k * kTile + place.columns, tile + (k + 1) * kTile, To{});
}

}  // namespace

void pack_tile(const Columns& columns, const TilePlace& place, float* tile) {
  clear_rest(place, tile);
  if (columns.weights->dtype == DType::kFloat32) return pack_from<float>(columns, place, tile);
  const LoadDouble load = load_double(columns.weights->dtype);
  for (std::int64_t j = 0; j < place.columns; ++j) {
    each_k(columns, place, j, [&](std::int64_t k, std::int64_t at) {
      tile[k * kTile + j] = static_cast<float>(load(columns.weights->data, at));
    });
  }
}

void pack_tile(const Columns& columns, const TilePlace& place, std::int16_t* tile) {
  clear_rest(place, tile);
  switch (columns.weights->dtype) {
    case DType::kUint8:
      return pack_from<std::uint8_t>(columns, place, tile);
    case DType::kInt16:
      return pack_from<std::int16_t>(columns, place, tile);
    default:
      return pack_from<std::int8_t>(columns, place, tile);
  }
}

void add_products(const float* x, std::int64_t count, const float* tile, float* sums) {
  Floats a = load<Floats>(sums), b = load<Floats>(sums + 4), c = load<Floats>(sums + 8),
         d = load<Floats>(sums + 12);
  for (const float* end = x + count; x != end; ++x, tile += kTile) {
    const Floats v = {*x, *x, *x, *x};
    a += v * load<Floats>(tile);
    b += v * load<Floats>(tile + 4);
    c += v * load<Floats>(tile + 8);
    d += v * load<Floats>(tile + 12);
  }
  store(sums, a);
  store(sums + 4, b);
  store(sums + 8, c);
  store(sums + 12, d);
}

void add_products(const std::int16_t* x, std::int64_t count, const std::int16_t* tile,
                  std::int32_t* sums) {
  const auto wide = [](const std::int16_t* p) {
    return __builtin_convertvector(load<Shorts>(p), Ints);
  };
  Ints a = load<Ints>(sums), b = load<Ints>(sums + 4), c = load<Ints>(sums + 8),
       d = load<Ints>(sums + 12);
  for (const std::int16_t* end = x + count; x != end; ++x, tile += kTile) {
    const std::int32_t e = *x;
    const Ints v = {e, e, e, e};
    a += v * wide(tile);
    b += v * wide(tile + 4);
    c += v * wide(tile + 8);
    d += v * wide(tile + 12);
  }
  store(sums, a);
  store(sums + 4, b);
  store(sums + 8, c);
  store(sums + 12, d);
}

void IntSums::clear() {
  std::fill(narrow, narrow + kTile, 0);
  std::fill(sums, sums + kTile, 0);
  room = limit;
}

void IntSums::flush() {
  for (int j = 0; j < kTile; ++j) {
    sums[j] += narrow[j];
    narrow[j] = 0;
  }
  room = limit;
}

void IntSums::add(const std::int16_t* x, std::int64_t count, const std::int16_t* tile) {
  while (count > 0) {
    if (room == 0) flush();
    const std::int64_t part = std::min(count, room);
    add_products(x, part, tile, narrow);
    x += part;
    tile += part * kTile;
    count -= part;
    room -= part;
  }
}

std::int64_t products_in_32_bits(DType input, DType weights) {
  const bool wide_input = input == DType::kInt16;
  const bool wide_weights = weights == DType::kInt16;
  // 2^15 * 2^15; 2^15 * 2^8 (a uint8 less its zero point takes nine bits); 2^8 * 2^8.
  if (wide_input && wide_weights) return 1;
  return wide_input || wide_weights ? 255 : 32767;
}

}  // namespace tare
