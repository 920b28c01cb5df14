// Elements of any type through two arithmetics: integers and bool as int64, floats as double. One
// load and one store per type serve every op, so a kernel is written once. Sums, products,
// quotients and square roots of float32 computed in double and rounded once equal those computed in
// float32.
#pragma once

#include <complex>
#include <cstdint>

#include "ir/tensor.h"

namespace tare {

using LoadDouble = double (*)(const std::byte* data, std::int64_t i);
using StoreDouble = void (*)(std::byte* data, std::int64_t i, double value);
using LoadInt = std::int64_t (*)(const std::byte* data, std::int64_t i);
using StoreInt = void (*)(std::byte* data, std::int64_t i, std::int64_t value);
using LoadComplex = std::complex<double> (*)(const std::byte* data, std::int64_t i);
using StoreComplex = void (*)(std::byte* data, std::int64_t i, std::complex<double> value);

// Of every numeric type but complex ones (a load may lose bits of int64).
LoadDouble load_double(DType dtype);
StoreDouble store_double(DType dtype);  // integers: truncated towards zero, saturated; NaN is 0
// Of integer types and bool; null for others. Stores wrap modulo the type's width, as C does.
LoadInt load_int(DType dtype);
StoreInt store_int(DType dtype);
// Of every numeric type.
LoadComplex load_complex(DType dtype);
StoreComplex store_complex(DType dtype);

// Real value of a per-tensor quantised (or plain) tensor's element.
inline double real_at(const Tensor& t, LoadDouble load, std::int64_t i) {
  return t.quantization ? (load(t.data, i) - t.zero_point()) * static_cast<double>(t.scale())
                        : load(t.data, i);
}

}  // namespace tare
