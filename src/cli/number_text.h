// Numbers as people and files write them. All of the text must be the number; surrounding blanks
// are allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tare::cli {

std::optional<std::int64_t> integer_of(std::string_view text);
std::optional<std::uint64_t> natural_of(std::string_view text);
// Also nan, inf, infinity in any case, signed.
std::optional<double> real_of(std::string_view text);

// The shortest text that reads back as the same number; NaN, Infinity and -Infinity by name.
std::string text_of(float value);
std::string text_of(double value);

}  // namespace tare::cli
