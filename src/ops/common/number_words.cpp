// Integers by the C library; decimals by our own reader, which no locale changes.
#include "ops/common/number_words.h"

#include <cerrno>
#include <cstdlib>

#include "base/decimal.h"
#include "ops/common/elements.h"

namespace tare {

bool store_word(const std::string& word, DType dtype, std::byte* data, std::int64_t i) {
  if (dtype == DType::kFloat32 || dtype == DType::kFloat64) {
    const bool single = dtype == DType::kFloat32;
    const auto value = number_of_word(word, single ? Precision::kSingle : Precision::kDouble);
    if (value) store_double(dtype)(data, i, *value);
    return value.has_value();
  }
  if (dtype != DType::kInt32 && dtype != DType::kInt64) return false;
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(word.c_str(), &end, 10);
  if (errno != 0 || word.empty() || end != word.c_str() + word.size()) return false;
  if (dtype == DType::kInt32 && (value < INT32_MIN || value > INT32_MAX)) return false;
  store_int(dtype)(data, i, value);
  return true;
}

}  // namespace tare
