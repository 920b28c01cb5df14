// Sets of code points by name, and case.
#include "ops/regex/rune_sets.h"

#include <algorithm>

namespace tare {
namespace {

// Capitals `first` to `last`; small letters are `offset` on. Every second letter where the two
// cases alternate.
struct CaseRow {
  Rune first, last, offset;
  Rune stride = 1;
};
constexpr CaseRow kCases[] = {
    {'A', 'Z', 32},         {0xc0, 0xd6, 32},       {0xd8, 0xde, 32},     {0x100, 0x12e, 1, 2},
    {0x132, 0x136, 1, 2},   {0x139, 0x147, 1, 2},   {0x14a, 0x176, 1, 2}, {0x179, 0x17d, 1, 2},
    {0x391, 0x3a1, 32},     {0x3a3, 0x3ab, 32},     {0x400, 0x40f, 80},   {0x410, 0x42f, 32},
    {0x460, 0x480, 1, 2},   {0x48a, 0x4be, 1, 2},   {0x4d0, 0x52e, 1, 2}, {0x531, 0x556, 48},
    {0x1e00, 0x1e94, 1, 2}, {0x1ea0, 0x1efe, 1, 2}, {0xff21, 0xff3a, 32},
};

bool in_row(const CaseRow& row, Rune rune, Rune offset) {
  const Rune r = rune - offset;
  return r >= row.first && r <= row.last && (r - row.first) % row.stride == 0;
}

struct PosixRow {
  std::string_view name;
  RuneSet (*set)();
};
constexpr PosixRow kPosix[] = {
    {"alnum", [] { return RuneSet{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}; }},
    {"alpha", [] { return RuneSet{{'A', 'Z'}, {'a', 'z'}}; }},
    {"ascii", [] { return RuneSet{{0, 0x7f}}; }},
    {"blank", [] { return RuneSet{{'\t', '\t'}, {' ', ' '}}; }},
    {"cntrl", [] { return RuneSet{{0, 0x1f}, {0x7f, 0x7f}}; }},
    {"digit", [] { return RuneSet{{'0', '9'}}; }},
    {"graph", [] { return RuneSet{{'!', '~'}}; }},
    {"lower", [] { return RuneSet{{'a', 'z'}}; }},
    {"print", [] { return RuneSet{{' ', '~'}}; }},
    {"punct", [] { return RuneSet{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}; }},
    {"space", [] { return RuneSet{{'\t', '\r'}, {' ', ' '}}; }},
    {"upper", [] { return RuneSet{{'A', 'Z'}}; }},
    {"word", [] { return RuneSet{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }},
    {"xdigit", [] { return RuneSet{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}; }},
};

}  // namespace

void normalise(RuneSet& set) {
  std::sort(set.begin(), set.end());
  RuneSet merged;
  for (const auto& range : set) {
    if (!merged.empty() && range.first <= merged.back().second + 1)
      merged.back().second = std::max(merged.back().second, range.second);
    else
      merged.push_back(range);
  }
  set = std::move(merged);
}

RuneSet complement(RuneSet set) {
  normalise(set);
  RuneSet result;
  Rune next = 0;
  for (const auto& [first, last] : set) {
    if (first > next) result.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= kMaxRune) result.emplace_back(next, kMaxRune);
  return result;
}

void add_set(RuneSet& to, const RuneSet& set) { to.insert(to.end(), set.begin(), set.end()); }

std::optional<RuneSet> posix_set(std::string_view name) {
  for (const PosixRow& row : kPosix) {
    if (row.name == name) return row.set();
  }
  return std::nullopt;
}

std::optional<RuneSet> perl_set(char letter) {
  switch (letter) {
    case 'd':
      return posix_set("digit");
    case 'w':
      return posix_set("word");
    case 's':  // without the vertical tab
      return RuneSet{{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
    case 'D':
    case 'W':
    case 'S':
      return complement(*perl_set(static_cast<char>(letter + 32)));
    default:
      return std::nullopt;
  }
}

RuneSet any_case(const RuneSet& set) {
  RuneSet result = set;
  const auto holds = [&](Rune r) {
    return std::any_of(set.begin(), set.end(),
                       [&](const auto& range) { return r >= range.first && r <= range.second; });
  };
  for (const CaseRow& row : kCases) {
    for (Rune r = row.first; r <= row.last; r += row.stride) {
      if (holds(r)) result.emplace_back(r + row.offset, r + row.offset);
      if (holds(r + row.offset)) result.emplace_back(r, r);
    }
  }
  // The Kelvin sign and the long s.
  if (holds('k') || holds('K')) result.emplace_back(0x212a, 0x212a);
  if (holds('s') || holds('S')) result.emplace_back(0x17f, 0x17f);
  normalise(result);
  return result;
}

Rune lower_case(Rune rune) {
  for (const CaseRow& row : kCases) {
    if (in_row(row, rune, 0)) return rune + row.offset;
  }
  return rune;
}

Rune upper_case(Rune rune) {
  for (const CaseRow& row : kCases) {
    if (in_row(row, rune, row.offset)) return rune - row.offset;
  }
  return rune;
}

}  // namespace tare
