// Regular expressions in RE2's syntax, as TensorFlow's string ops take them. A pattern becomes a
// program whose threads advance over the text side by side (Thompson, 1968), so that time is
// bounded by text times program whatever the pattern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tare {

using Rune = std::int32_t;  // a code point; negative: no text, or no UTF-8
inline constexpr Rune kMaxRune = 0x10ffff;

// Code points as ranges, both ends in it.
using RuneSet = std::vector<std::pair<Rune, Rune>>;

struct DecodedRune {
  Rune rune = -1;
  std::size_t length = 1;
};
DecodedRune decode_rune(std::string_view text, std::size_t at);

enum class RegexPlace : std::uint8_t {
  kTextBegin,
  kTextEnd,
  kLineBegin,
  kLineEnd,
  kWordBoundary,
  kNoWordBoundary
};

struct RegexStep {
  enum class Kind : std::uint8_t { kRunes, kSplit, kSave, kPlace, kMatch };
  Kind kind = Kind::kMatch;
  std::uint32_t argument = 0;  // of runes: the set; of save: the slot; of place: which
  std::uint32_t next = 0;
  std::uint32_t other = 0;  // of split: what is tried when `next` fails
};

struct RegexProgram {
  std::vector<RegexStep> steps;  // begins at 0
  std::vector<RuneSet> sets;
  int groups = 0;  // without the whole match
};

Result<RegexProgram> compile_regex(std::string_view pattern);

class RegexMatcher {
 public:
  // A match costs text times pattern, which a hostile file makes large: `pay` is asked before every
  // kWorkPerTrip steps, and ends the match by a no.
  RegexMatcher(const RegexProgram& program, std::function<bool()> pay);
  // The leftmost match that starts at `from` or later; the first of alternatives counts, as in
  // Perl.
  bool search(std::string_view text, std::size_t from) { return run(text, from, false); }
  bool matches_all_of(std::string_view text) { return run(text, 0, true); }
  // Of the last match: where group i begins and ends (0: the whole; 9 at most, as rewrites name no
  // other); npos when it took no part.
  std::size_t begin(int group) const { return match_[static_cast<std::size_t>(group) * 2]; }
  std::size_t end(int group) const { return match_[static_cast<std::size_t>(group) * 2 + 1]; }
  static constexpr std::uint64_t kWorkPerTrip = 1 << 14;
  std::uint64_t work() const { return work_; }  // steps taken so far

 private:
  struct Threads {
    std::vector<std::uint32_t> steps;   // in order of priority
    std::vector<std::uint32_t> places;  // where a step stands in `steps`, if it does
    std::vector<std::size_t> slots;     // by place
    bool has(std::uint32_t step) const {
      return places[step] < steps.size() && steps[places[step]] == step;
    }
  };
  struct Open {
    std::uint32_t step;
    std::uint32_t slot;  // kNoSlot: a step to add; else a slot to restore
    std::size_t value;
  };

  bool run(std::string_view text, std::size_t from, bool all);
  void add(Threads& to, std::uint32_t step, std::string_view text, std::size_t at);

  const RegexProgram& program_;
  std::function<bool()> pay_;
  std::size_t slot_count_;
  Threads now_, next_;
  std::vector<std::size_t> slots_;
  std::vector<std::size_t> match_;
  std::vector<Open> open_;
  std::uint64_t work_ = 0;
  std::uint64_t paid_ = 0;
};

}  // namespace tare
