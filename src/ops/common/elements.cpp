// Tables of loads and stores by element type.
#include "ops/common/elements.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/half.h"

namespace tare {
namespace {

struct Half {
  std::uint16_t bits;
};
struct BFloat {
  std::uint16_t bits;
};

template <class T>
double to_double(T v) {
  return static_cast<double>(v);
}
double to_double(Half v) { return half_to_float(v.bits); }
double to_double(BFloat v) { return bfloat16_to_float(v.bits); }

template <class T>
struct From {
  static T from(double v) {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(v);
    else if (std::isnan(v))
      return 0;
    else if (v <= static_cast<double>(std::numeric_limits<T>::min()))
      return std::numeric_limits<T>::min();
    else if (v >= static_cast<double>(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
    else
      return static_cast<T>(v);
  }
};
template <>
struct From<Half> {
  static Half from(double v) { return {float_to_half(static_cast<float>(v))}; }
};
template <>
struct From<BFloat> {
  static BFloat from(double v) { return {float_to_bfloat16(static_cast<float>(v))}; }
};
template <>
struct From<bool> {
  static bool from(double v) { return v != 0; }
};

template <class T>
double load_as_double(const std::byte* data, std::int64_t i) {
  return to_double(reinterpret_cast<const T*>(data)[i]);
}
template <class T>
void store_from_double(std::byte* data, std::int64_t i, double v) {
  reinterpret_cast<T*>(data)[i] = From<T>::from(v);
}
template <class T>
std::int64_t load_as_int(const std::byte* data, std::int64_t i) {
  return static_cast<std::int64_t>(reinterpret_cast<const T*>(data)[i]);
}
template <class T>
void store_from_int(std::byte* data, std::int64_t i, std::int64_t v) {
  reinterpret_cast<T*>(data)[i] = static_cast<T>(v);
}
template <class T>
std::complex<double> load_as_complex(const std::byte* data, std::int64_t i) {
  const auto& c = reinterpret_cast<const std::complex<T>*>(data)[i];
  return {static_cast<double>(c.real()), static_cast<double>(c.imag())};
}
template <class T>
void store_from_complex(std::byte* data, std::int64_t i, std::complex<double> v) {
  reinterpret_cast<std::complex<T>*>(data)[i] = {static_cast<T>(v.real()),
                                                 static_cast<T>(v.imag())};
}

// In the order of DType; complex and the rest have no real form.
constexpr LoadDouble kLoadDouble[] = {
    load_as_double<float>,         load_as_double<Half>,          load_as_double<BFloat>,
    load_as_double<double>,        load_as_double<std::int8_t>,   load_as_double<std::int8_t>,
    load_as_double<std::int16_t>,  load_as_double<std::int32_t>,  load_as_double<std::int64_t>,
    load_as_double<std::uint8_t>,  load_as_double<std::uint16_t>, load_as_double<std::uint32_t>,
    load_as_double<std::uint64_t>, load_as_double<bool>};
constexpr StoreDouble kStoreDouble[] = {
    store_from_double<float>,         store_from_double<Half>,
    store_from_double<BFloat>,        store_from_double<double>,
    store_from_double<std::int8_t>,   store_from_double<std::int8_t>,
    store_from_double<std::int16_t>,  store_from_double<std::int32_t>,
    store_from_double<std::int64_t>,  store_from_double<std::uint8_t>,
    store_from_double<std::uint16_t>, store_from_double<std::uint32_t>,
    store_from_double<std::uint64_t>, store_from_double<bool>};
constexpr LoadInt kLoadInt[] = {nullptr,
                                nullptr,
                                nullptr,
                                nullptr,
                                load_as_int<std::int8_t>,
                                load_as_int<std::int8_t>,
                                load_as_int<std::int16_t>,
                                load_as_int<std::int32_t>,
                                load_as_int<std::int64_t>,
                                load_as_int<std::uint8_t>,
                                load_as_int<std::uint16_t>,
                                load_as_int<std::uint32_t>,
                                load_as_int<std::uint64_t>,
                                load_as_int<std::uint8_t>};
constexpr StoreInt kStoreInt[] = {nullptr,
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  store_from_int<std::int8_t>,
                                  store_from_int<std::int8_t>,
                                  store_from_int<std::int16_t>,
                                  store_from_int<std::int32_t>,
                                  store_from_int<std::int64_t>,
                                  store_from_int<std::uint8_t>,
                                  store_from_int<std::uint16_t>,
                                  store_from_int<std::uint32_t>,
                                  store_from_int<std::uint64_t>,
                                  store_from_int<bool>};

template <class Table>
auto entry(const Table& table, DType dtype) {
  const auto i = static_cast<std::size_t>(dtype);
  return i < std::size(table) ? table[i] : nullptr;
}

template <DType D>
std::complex<double> widen(const std::byte* data, std::int64_t i) {
  return kLoadDouble[static_cast<std::size_t>(D)](data, i);
}

}  // namespace

LoadDouble load_double(DType dtype) { return entry(kLoadDouble, dtype); }
StoreDouble store_double(DType dtype) { return entry(kStoreDouble, dtype); }
LoadInt load_int(DType dtype) { return entry(kLoadInt, dtype); }
StoreInt store_int(DType dtype) { return entry(kStoreInt, dtype); }

LoadComplex load_complex(DType dtype) {
  switch (dtype) {
    case DType::kComplex64:
      return load_as_complex<float>;
    case DType::kComplex128:
      return load_as_complex<double>;
    case DType::kFloat32:
      return widen<DType::kFloat32>;
    case DType::kFloat16:
      return widen<DType::kFloat16>;
    case DType::kBFloat16:
      return widen<DType::kBFloat16>;
    case DType::kFloat64:
      return widen<DType::kFloat64>;
    case DType::kInt4:
      return widen<DType::kInt4>;
    case DType::kInt8:
      return widen<DType::kInt8>;
    case DType::kInt16:
      return widen<DType::kInt16>;
    case DType::kInt32:
      return widen<DType::kInt32>;
    case DType::kInt64:
      return widen<DType::kInt64>;
    case DType::kUint8:
      return widen<DType::kUint8>;
    case DType::kUint16:
      return widen<DType::kUint16>;
    case DType::kUint32:
      return widen<DType::kUint32>;
    case DType::kUint64:
      return widen<DType::kUint64>;
    case DType::kBool:
      return widen<DType::kBool>;
    default:
      return nullptr;
  }
}

StoreComplex store_complex(DType dtype) {
  if (dtype == DType::kComplex64) return store_from_complex<float>;
  return dtype == DType::kComplex128 ? store_from_complex<double> : nullptr;
}

}  // namespace tare
