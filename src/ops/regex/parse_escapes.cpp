// What follows a '\': places, classes, quoted text, and code points by letter or number.
#include "ops/regex/regex_parser.h"

namespace tare {

RegexTree RegexParser::quoted() {
  Tree all;
  while (more() && !take("\\E")) {
    const Rune r = next_rune();
    all.parts.push_back(runes({{r, r}}));
  }
  return all;
}

RegexTree RegexParser::escape() {
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

}  // namespace tare
