// Threads of a program side by side: at each place of the text every step is entered once at most,
// by the thread of the highest priority.
#include <algorithm>

#include "ops/regex/regex.h"

namespace tare {
namespace {

constexpr std::uint32_t kNoSlot = UINT32_MAX;
constexpr int kMaxGroup = 9;

bool is_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const char c = text[at];
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool holds(RegexPlace place, std::string_view text, std::size_t at) {
  const bool boundary = (at > 0 && is_word(text, at - 1)) != is_word(text, at);
  switch (place) {
    case RegexPlace::kTextBegin:
      return at == 0;
    case RegexPlace::kTextEnd:
      return at == text.size();
    case RegexPlace::kLineBegin:
      return at == 0 || text[at - 1] == '\n';
    case RegexPlace::kLineEnd:
      return at == text.size() || text[at] == '\n';
    case RegexPlace::kWordBoundary:
      return boundary;
    default:
      return !boundary;
  }
}

bool contains(const RuneSet& set, Rune rune) {
  const auto after = std::upper_bound(set.begin(), set.end(), std::pair{rune, kMaxRune});
  return after != set.begin() && rune <= std::prev(after)->second;
}

}  // namespace

DecodedRune decode_rune(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {-1, 0};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {static_cast<Rune>(lead), 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || at + length > text.size()) return {};
  Rune rune = static_cast<Rune>(lead & (0x7fu >> length));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    rune = rune << 6 | static_cast<Rune>(byte(i) & 0x3f);
  }
  constexpr Rune kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (rune < kLeast[length] || rune > kMaxRune) return {};
  return {rune, length};
}

RegexMatcher::RegexMatcher(const RegexProgram& program, std::function<bool()> pay)
    : program_(program),
      pay_(std::move(pay)),
      slot_count_(static_cast<std::size_t>(std::min(program.groups, kMaxGroup) + 1) * 2) {
  now_.places.resize(program.steps.size());
  next_.places.resize(program.steps.size());
  slots_.resize(slot_count_);
  match_.resize(slot_count_);
}

// Follows what consumes nothing; slots_ holds the thread's groups and is left as it was.
void RegexMatcher::add(Threads& to, std::uint32_t first, std::string_view text, std::size_t at) {
  open_.push_back({first, kNoSlot, 0});
  while (!open_.empty()) {
    const Open o = open_.back();
    open_.pop_back();
    if (o.slot != kNoSlot) {
      slots_[o.slot] = o.value;
      continue;
    }
    if (to.has(o.step)) continue;
    ++work_;
    to.places[o.step] = static_cast<std::uint32_t>(to.steps.size());
    to.steps.push_back(o.step);
    to.slots.insert(to.slots.end(), slots_.begin(), slots_.end());
    const RegexStep& s = program_.steps[o.step];
    if (s.kind == RegexStep::Kind::kSplit) {
      open_.push_back({s.other, kNoSlot, 0});
      open_.push_back({s.next, kNoSlot, 0});
    } else if (s.kind == RegexStep::Kind::kSave) {
      if (s.argument < slot_count_) {
        open_.push_back({0, s.argument, slots_[s.argument]});
        slots_[s.argument] = at;
      }
      open_.push_back({s.next, kNoSlot, 0});
    } else if (s.kind == RegexStep::Kind::kPlace) {
      if (holds(static_cast<RegexPlace>(s.argument), text, at))
        open_.push_back({s.next, kNoSlot, 0});
    }
  }
}

bool RegexMatcher::run(std::string_view text, std::size_t from, bool all) {
  bool matched = false;
  const auto clear = [](Threads& t) {
    t.steps.clear();
    t.slots.clear();
  };
  clear(now_);
  for (std::size_t at = from;;) {
    if (!matched && (!all || at == 0)) {
      std::fill(slots_.begin(), slots_.end(), std::string_view::npos);
      add(now_, 0, text, at);
    }
    if (now_.steps.empty()) break;
    if (work_ >= paid_) {
      paid_ += kWorkPerTrip;
      if (!pay_()) return false;
    }
    const DecodedRune d = decode_rune(text, at);
    clear(next_);
    for (std::size_t t = 0; t < now_.steps.size(); ++t) {
      const RegexStep& s = program_.steps[now_.steps[t]];
      const auto slots = now_.slots.begin() + static_cast<std::ptrdiff_t>(t * slot_count_);
      if (s.kind == RegexStep::Kind::kRunes) {
        if (d.rune < 0 || !contains(program_.sets[s.argument], d.rune)) continue;
        std::copy_n(slots, slot_count_, slots_.begin());
        add(next_, s.next, text, at + d.length);
      } else if (s.kind == RegexStep::Kind::kMatch && (!all || at == text.size())) {
        std::copy_n(slots, slot_count_, match_.begin());
        matched = true;
        break;
      }
    }
    std::swap(now_, next_);
    if (at >= text.size()) break;
    at += d.length;
  }
  return matched;
}

}  // namespace tare
