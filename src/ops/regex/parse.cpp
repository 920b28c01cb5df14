// From a pattern to a tree. What RE2 refuses is refused; Unicode's named classes are not known
// here.
#include <algorithm>

#include "ops/regex/regex_parser.h"

namespace tare {
namespace {

constexpr int kMaxDepth = 200;
constexpr int kMaxRepeat = 1000;

}  // namespace

std::optional<RegexTree> RegexParser::parse() {
  Tree tree = alternatives(0);
  if (ok() && at_ < p_.size()) fail("a ')' without a '('");
  return ok() ? std::optional(std::move(tree)) : std::nullopt;
}

Rune RegexParser::next_rune() {
  const DecodedRune d = decode_rune(p_, at_);
  if (d.rune < 0) fail("the pattern is not UTF-8");
  at_ += d.length;
  return d.rune;
}

RegexTree RegexParser::runes(RuneSet set) {
  if (flags_.any_case)
    set = any_case(set);
  else
    normalise(set);
  program_.sets.push_back(std::move(set));
  return {.kind = Tree::Kind::kRunes,
          .argument = static_cast<std::uint32_t>(program_.sets.size() - 1)};
}

RegexTree RegexParser::alternatives(int depth) {
  Tree any{.kind = Tree::Kind::kAny};
  if (depth > kMaxDepth) fail("groups are nested too deeply");
  do {
    any.parts.push_back(sequence(depth));
  } while (ok() && take("|"));
  return any.parts.size() == 1 ? std::move(any.parts[0]) : any;
}

RegexTree RegexParser::sequence(int depth) {
  Tree all{.kind = Tree::Kind::kAll};
  while (more() && p_[at_] != '|' && p_[at_] != ')') {
    const std::size_t begin = at_;
    int least = 0, most = 0;
    if (repetition(least, most)) {
      fail("nothing to repeat");
      break;
    }
    at_ = begin;
    Tree part = atom(depth);
    if (ok() && repetition(least, most)) {
      const bool lazy = take("?");
      Tree repeat{.kind = Tree::Kind::kRepeat, .least = least, .most = most};
      repeat.greedy = lazy == flags_.ungreedy;
      repeat.parts.push_back(std::move(part));
      part = std::move(repeat);
      const std::size_t after = at_;
      if (repetition(least, most)) fail("a repetition of a repetition");
      at_ = after;
    }
    all.parts.push_back(std::move(part));
  }
  return all;
}

std::optional<int> RegexParser::number() {
  int value = 0;
  std::size_t digits = 0;
  for (; at_ < p_.size() && p_[at_] >= '0' && p_[at_] <= '9'; ++at_, ++digits)
    value = std::min(value * 10 + (p_[at_] - '0'), kMaxRepeat + 1);
  return digits > 0 ? std::optional(value) : std::nullopt;
}

// '{' that does not begin a count stands for itself.
bool RegexParser::repetition(int& least, int& most) {
  if (take("*")) return least = 0, most = -1, true;
  if (take("+")) return least = 1, most = -1, true;
  if (take("?")) return least = 0, most = 1, true;
  const std::size_t begin = at_;
  if (!take("{")) return false;
  const auto first = number();
  if (first) {
    least = most = *first;
    if (take(",")) most = number().value_or(-1);
  }
  if (!first || !take("}")) {
    at_ = begin;
    return false;
  }
  if (least > kMaxRepeat || most > kMaxRepeat || (most >= 0 && most < least))
    fail("a repetition count out of range");
  return true;
}

RegexTree RegexParser::atom(int depth) {
  switch (p_[at_]) {
    case '(':
      ++at_;
      return group(depth);
    case '[':
      ++at_;
      return bracket();
    case '.':
      ++at_;
      return runes(flags_.dot_newline ? RuneSet{{0, kMaxRune}} : complement({{'\n', '\n'}}));
    case '^':
      ++at_;
      return place(flags_.lines ? RegexPlace::kLineBegin : RegexPlace::kTextBegin);
    case '$':
      ++at_;
      return place(flags_.lines ? RegexPlace::kLineEnd : RegexPlace::kTextEnd);
    case '\\':
      ++at_;
      return escape();
    default: {
      const Rune r = next_rune();
      return runes({{r, r}});
    }
  }
}

// "i", "ms-U": true when a ':' follows, false when the flags hold for the rest of the group.
bool RegexParser::read_flags() {
  bool on = true;
  bool any = false;
  for (; more(); ++at_) {
    switch (p_[at_]) {
      case 'i':
        flags_.any_case = on;
        break;
      case 'm':
        flags_.lines = on;
        break;
      case 's':
        flags_.dot_newline = on;
        break;
      case 'U':
        flags_.ungreedy = on;
        break;
      case '-':
        if (!on) fail("an unknown group");
        on = false;
        any = false;
        continue;
      case ':':
      case ')':
        if (!on && !any) fail("an unknown group");
        return p_[at_++] == ':';
      default:
        fail("an unknown group");
    }
    any = true;
  }
  fail("a '(' without a ')'");
  return false;
}

RegexTree RegexParser::group(int depth) {
  const Flags outer = flags_;
  Tree inner;
  if (take("?P<") || take("?<")) {
    const std::size_t end = p_.find('>', at_);
    if (end == std::string_view::npos || end == at_) {
      fail("a group's name has no end");
      return inner;
    }
    at_ = end + 1;
  } else if (take("?")) {
    if (!read_flags()) return inner;
    inner = alternatives(depth + 1);
    if (ok() && !take(")")) fail("a '(' without a ')'");
    flags_ = outer;
    return inner;
  }
  inner.kind = Tree::Kind::kGroup;
  inner.argument = static_cast<std::uint32_t>(++program_.groups);
  inner.parts.push_back(alternatives(depth + 1));
  if (ok() && !take(")")) fail("a '(' without a ')'");
  flags_ = outer;
  return inner;
}

std::optional<RegexTree> parse_regex(std::string_view pattern, RegexProgram& program,
                                     std::string& error) {
  RegexParser parser(pattern, program);
  auto tree = parser.parse();
  error = parser.error();
  return tree;
}

}  // namespace tare
