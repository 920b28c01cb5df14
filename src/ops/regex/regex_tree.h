// A pattern as a tree: what the parser gives and the compiler takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/regex/regex.h"

namespace tare {

struct RegexTree {
  enum class Kind : std::uint8_t { kRunes, kPlace, kAll, kAny, kRepeat, kGroup };
  Kind kind = Kind::kAll;
  std::uint32_t argument = 0;  // set, place, number of a group
  std::vector<RegexTree> parts = {};
  int least = 0, most = 0;  // of a repetition; most -1: no limit
  bool greedy = true;
};

// Fills the program's sets and its number of groups; an error says what is wrong with the pattern.
std::optional<RegexTree> parse_regex(std::string_view pattern, RegexProgram& program,
                                     std::string& error);

}  // namespace tare
