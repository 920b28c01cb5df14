// Element types. int4 holds -8..7 and is kept one element to a byte in memory; readers unpack it,
// writers pack it. Strings are one packed block per tensor (see strings.h); handles are counted
// objects (see object.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tare {

enum class DType : std::uint8_t {
  kFloat32,
  kFloat16,
  kBFloat16,
  kFloat64,
  kInt4,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kBool,
  kComplex64,
  kComplex128,
  kString,
  kResource,
  kVariant,
};

std::size_t dtype_size(DType dtype);  // bytes an element takes in memory; 0 for strings and handles
std::string_view dtype_name(DType dtype);

inline bool is_handle(DType d) { return d == DType::kResource || d == DType::kVariant; }
inline bool is_numeric(DType d) { return d < DType::kString; }
inline bool is_float(DType d) { return d <= DType::kFloat64; }
inline bool is_complex(DType d) { return d == DType::kComplex64 || d == DType::kComplex128; }
inline bool is_integer(DType d) { return d >= DType::kInt4 && d <= DType::kUint64; }
inline bool is_unsigned(DType d) { return d >= DType::kUint8 && d <= DType::kUint64; }

// What the integers of a type can be, as far as int32 reaches, which is what kernels compute with.
struct IntRange {
  std::int32_t min;
  std::int32_t max;
};
IntRange int_range(DType dtype);

}  // namespace tare
