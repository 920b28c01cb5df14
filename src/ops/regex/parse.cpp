// From a pattern to a tree. What RE2 refuses is refused; Unicode's named classes are not known
// here.
#include <algorithm>
#include <optional>
#include <string>

#include "ops/regex/regex_tree.h"
#include "ops/regex/rune_sets.h"

namespace tare {
namespace {

constexpr int kMaxDepth = 200;
constexpr int kMaxRepeat = 1000;

using Tree = RegexTree;

struct Flags {
  bool any_case = false, lines = false, dot_newline = false, ungreedy = false;
};

class RegexParser {
 public:
  RegexParser(std::string_view pattern, RegexProgram& program) : p_(pattern), program_(program) {}

  std::optional<Tree> parse() {
    Tree tree = alternatives(0);
    if (ok() && at_ < p_.size()) fail("a ')' without a '('");
    return ok() ? std::optional(std::move(tree)) : std::nullopt;
  }
  const std::string& error() const { return error_; }

 private:
  bool ok() const { return error_.empty(); }
  bool more() const { return ok() && at_ < p_.size(); }
  bool take(std::string_view text) {
    if (p_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  void fail(std::string_view what) {
    if (ok()) error_ = what;
  }
  Tree runes(RuneSet set) {
    if (flags_.any_case)
      set = any_case(set);
    else
      normalise(set);
    program_.sets.push_back(std::move(set));
    return {.kind = Tree::Kind::kRunes,
            .argument = static_cast<std::uint32_t>(program_.sets.size() - 1)};
  }
  static Tree place(RegexPlace place) {
    return {.kind = Tree::Kind::kPlace, .argument = static_cast<std::uint32_t>(place)};
  }

  Rune next_rune();
  Tree alternatives(int depth);
  Tree sequence(int depth);
  Tree atom(int depth);
  Tree group(int depth);
  Tree escape();
  Tree quoted();
  bool read_flags();
  bool repetition(int& least, int& most);
  std::optional<int> number();
  Rune escaped_rune(char c);
  Rune hexadecimal();
  Tree bracket();
  bool bracket_class(RuneSet& set);
  Rune bracket_rune();

  std::string_view p_;
  RegexProgram& program_;
  std::size_t at_ = 0;
  Flags flags_;
  std::string error_;
};

Rune RegexParser::next_rune() {
  const DecodedRune d = decode_rune(p_, at_);
  if (d.rune < 0) fail("the pattern is not UTF-8");
  at_ += d.length;
  return d.rune;
}

Tree RegexParser::alternatives(int depth) {
  Tree any{.kind = Tree::Kind::kAny};
  if (depth > kMaxDepth) fail("groups are nested too deeply");
  do {
    any.parts.push_back(sequence(depth));
  } while (ok() && take("|"));
  return any.parts.size() == 1 ? std::move(any.parts[0]) : any;
}

Tree RegexParser::sequence(int depth) {
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

Tree RegexParser::atom(int depth) {
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

Tree RegexParser::group(int depth) {
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

Tree RegexParser::quoted() {
  Tree all;
  while (more() && !take("\\E")) {
    const Rune r = next_rune();
    all.parts.push_back(runes({{r, r}}));
  }
  return all;
}

Tree RegexParser::escape() {
  if (!more()) {
    fail("a '\\' at the end");
    return {};
  }
  const char c = p_[at_];
  ++at_;
  if (const auto set = perl_set(c)) return runes(*set);
  switch (c) {
    case 'A':
      return place(RegexPlace::kTextBegin);
    case 'z':
      return place(RegexPlace::kTextEnd);
    case 'b':
      return place(RegexPlace::kWordBoundary);
    case 'B':
      return place(RegexPlace::kNoWordBoundary);
    case 'Q':
      return quoted();
    case 'p':
    case 'P':
      fail("Unicode classes (\\p) are not supported; ranges in brackets are");
      return {};
    default: {
      const Rune r = escaped_rune(c);
      return runes({{r, r}});
    }
  }
}

Rune RegexParser::hexadecimal() {
  const auto digit = [&]() -> Rune {
    if (at_ >= p_.size()) return -1;
    const char c = p_[at_];
    const int v = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
    at_ += v >= 0 ? 1 : 0;
    return v;
  };
  const bool braces = take("{");
  Rune value = 0;
  int digits = 0;
  for (; braces ? digits < 8 : digits < 2; ++digits) {
    const Rune d = digit();
    if (d < 0) break;
    value = value * 16 + d;
    if (value > kMaxRune) break;
  }
  if (value > kMaxRune || digits == 0 || (!braces && digits != 2) || (braces && !take("}")))
    fail("a bad '\\x'");
  return value;
}

Rune RegexParser::escaped_rune(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case 'x':
      return hexadecimal();
    default:
      break;
  }
  const auto octal = [&] { return at_ < p_.size() && p_[at_] >= '0' && p_[at_] <= '7'; };
  if (c == '0' || (c >= '1' && c <= '7' && octal())) {
    Rune value = c - '0';
    for (int i = 0; i < 2 && octal(); ++i) value = value * 8 + (p_[at_++] - '0');
    return value;
  }
  const auto u = static_cast<unsigned char>(c);
  const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (letter || u >= 0x80 || c == '_') fail(std::string("an unknown escape '\\") + c + "'");
  return static_cast<Rune>(u);
}

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

Tree RegexParser::bracket() {
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

}  // namespace

std::optional<RegexTree> parse_regex(std::string_view pattern, RegexProgram& program,
                                     std::string& error) {
  RegexParser parser(pattern, program);
  auto tree = parser.parse();
  error = parser.error();
  return tree;
}

}  // namespace tare
