// from_chars for integers; strtod for reals, because the standard library of the wasm build has no
// from_chars for them.
#include "cli/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace tare::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <class T>
std::optional<T> whole(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
std::string shortest(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

}  // namespace

std::optional<std::int64_t> integer_of(std::string_view text) { return whole<std::int64_t>(text); }
std::optional<std::uint64_t> natural_of(std::string_view text) {
  return whole<std::uint64_t>(text);
}

std::optional<double> real_of(std::string_view text) {
  const std::string number(trimmed(text));
  // strtod reads hexadecimal too, which no data file here means.
  if (number.empty() || number.find_first_of("xX") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (end != number.c_str() + number.size()) return std::nullopt;
  return value;
}

std::string text_of(float value) { return shortest(value); }
std::string text_of(double value) { return shortest(value); }

}  // namespace tare::cli
