// Sets of code points that patterns name.
#pragma once

#include <optional>
#include <string_view>

#include "ops/regex/regex.h"

namespace tare {

void normalise(RuneSet& set);  // sorted, without overlaps
RuneSet complement(RuneSet set);
void add_set(RuneSet& to, const RuneSet& set);
// \d, \s, \w and their opposites; nothing for another letter.
std::optional<RuneSet> perl_set(char letter);
// Of [:name:].
std::optional<RuneSet> posix_set(std::string_view name);
// The set and what differs from it in case alone: Latin, Greek, Cyrillic.
RuneSet any_case(const RuneSet& set);

Rune lower_case(Rune rune);
Rune upper_case(Rune rune);

}  // namespace tare
