// Vectors are the compiler's own (16 bytes): loops stay vectors at -Oz, where auto-vectorisation is
// off. Four rows at a time share each load of x.
#include "ops/common/row_products.h"

#include <cstring>

namespace tare {
namespace {

constexpr int kRows = 4;

typedef float Floats __attribute__((vector_size(16)));
typedef std::uint32_t Words __attribute__((vector_size(16)));
typedef std::int32_t Ints __attribute__((vector_size(16)));
typedef std::int16_t Shorts __attribute__((vector_size(8)));
typedef std::int8_t Bytes __attribute__((vector_size(4)));

template <class V, class T>
V load(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

float total(const Floats& v) { return (v[0] + v[1]) + (v[2] + v[3]); }
std::uint32_t total(const Words& v) { return v[0] + v[1] + v[2] + v[3]; }

Words products(const std::int8_t* row, const Ints& x) {
  // 8 by 16 bits never leaves 32.
  return reinterpret_cast<Words>(__builtin_convertvector(load<Bytes>(row), Ints) * x);
}

template <int kCount>
void add_rows(std::int64_t width, const float* matrix, const float* x, float* out) {
  Floats even[kCount] = {}, odd[kCount] = {};
  std::int64_t k = 0;
  for (; k + 8 <= width; k += 8) {
    const Floats a = load<Floats>(x + k), b = load<Floats>(x + k + 4);
    for (int r = 0; r < kCount; ++r) {
      even[r] += load<Floats>(matrix + r * width + k) * a;
      odd[r] += load<Floats>(matrix + r * width + k + 4) * b;
    }
  }
  for (int r = 0; r < kCount; ++r) {
    float sum = total(even[r] + odd[r]);
    for (std::int64_t i = k; i < width; ++i) sum += matrix[r * width + i] * x[i];
    out[r] += sum;
  }
}

template <int kCount>
void put_rows(std::int64_t width, const std::int8_t* matrix, const std::int16_t* x,
              std::int32_t* out) {
  Words sums[kCount] = {};
  std::int64_t k = 0;
  for (; k + 4 <= width; k += 4) {
    const Ints v = __builtin_convertvector(load<Shorts>(x + k), Ints);
    for (int r = 0; r < kCount; ++r) sums[r] += products(matrix + r * width + k, v);
  }
  for (int r = 0; r < kCount; ++r) {
    std::uint32_t sum = total(sums[r]);
    for (std::int64_t i = k; i < width; ++i)
      sum += static_cast<std::uint32_t>(matrix[r * width + i] * x[i]);
    out[r] = static_cast<std::int32_t>(sum);
  }
}

}  // namespace

void add_row_products(const RowProducts& size, const float* matrix, const float* x, float* out) {
  std::int64_t r = 0;
  for (; r + kRows <= size.rows; r += kRows)
    add_rows<kRows>(size.width, matrix + r * size.width, x, out + r);
  for (; r < size.rows; ++r) add_rows<1>(size.width, matrix + r * size.width, x, out + r);
}

void row_products(const RowProducts& size, const std::int8_t* matrix, const std::int16_t* x,
                  std::int32_t* out) {
  std::int64_t r = 0;
  for (; r + kRows <= size.rows; r += kRows)
    put_rows<kRows>(size.width, matrix + r * size.width, x, out + r);
  for (; r < size.rows; ++r) put_rows<1>(size.width, matrix + r * size.width, x, out + r);
}

}  // namespace tare
