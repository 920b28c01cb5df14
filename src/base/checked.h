// Overflow-checked arithmetic for sizes that come from files. The result is empty when it does not
// fit.
#pragma once

#include <cstdint>
#include <optional>

namespace tare {

template <class T>
std::optional<T> checked_add(T a, T b) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <class T>
std::optional<T> checked_mul(T a, T b) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

}  // namespace tare
