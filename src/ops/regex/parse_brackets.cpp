// What stands in '[' and ']': code points, ranges and classes, or all but those.
#include "ops/regex/regex_parser.h"

namespace tare {

// [:name:], \d or the like; false when one code point stands here.
bool RegexParser::bracket_class(RuneSet& set) {
  if (p_.substr(at_, 2) == "[:") {
    const std::size_t end = p_.find(":]", at_ + 2);
    if (end == std::string_view::npos) return false;
    std::string_view name = p_.substr(at_ + 2, end - at_ - 2);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    const auto named = posix_set(name);
    if (!named) fail("an unknown class in brackets");
    if (named) add_set(set, negated ? complement(*named) : *named);
    at_ = end + 2;
    return true;
  }
  if (p_[at_] != '\\' || at_ + 1 >= p_.size()) return false;
  if (p_[at_ + 1] == 'p' || p_[at_ + 1] == 'P')
    fail("Unicode classes (\\p) are not supported; ranges in brackets are");
  const auto perl = perl_set(p_[at_ + 1]);
  if (!perl) return false;
  add_set(set, *perl);
  at_ += 2;
  return true;
}

Rune RegexParser::bracket_rune() {
  if (!take("\\")) return next_rune();
  if (!more()) {
    fail("a '[' without a ']'");
    return 0;
  }
  const char c = p_[at_];
  ++at_;
  return escaped_rune(c);
}

RegexTree RegexParser::bracket() {
  const bool negated = take("^");
  RuneSet set;
  for (bool first = true; more() && (first || p_[at_] != ']'); first = false) {
    if (bracket_class(set)) continue;
    const Rune low = bracket_rune();
    Rune high = low;
    if (at_ + 1 < p_.size() && p_[at_] == '-' && p_[at_ + 1] != ']') {
      ++at_;
      high = bracket_rune();
    }
    if (high < low) fail("a range that runs backwards");
    set.emplace_back(low, high);
  }
  if (ok() && !take("]")) fail("a '[' without a ']'");
  if (flags_.any_case) set = any_case(set);
  return runes(negated ? complement(set) : set);
}

}  // namespace tare
