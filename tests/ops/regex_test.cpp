// Patterns as RE2 takes them: what they match first, what they capture, what they refuse, and that
// no pattern takes more than text times pattern.
#include "ops/regex/regex.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

// The first match as "group 0|group 1|...", "-" for a group without a part, "none" without a match.
std::string first_match(std::string_view pattern, std::string_view text) {
  const auto program = compile_regex(pattern);
  if (!program) return program.error().message;
  RegexMatcher matcher(*program, [] { return true; });
  if (!matcher.search(text, 0)) return "none";
  std::string found;
  for (int g = 0; g <= program->groups; ++g) {
    if (g > 0) found += "|";
    if (matcher.begin(g) == std::string_view::npos)
      found += "-";
    else
      found += text.substr(matcher.begin(g), matcher.end(g) - matcher.begin(g));
  }
  return found;
}

TEST(Regex, TakesTheFirstOfAlternativesAsPerlDoes) {
  EXPECT_EQ(first_match("a|ab", "ab"), "a");
  EXPECT_EQ(first_match("(a|ab)(c|bcd)", "abcd"), "abcd|a|bcd");
  EXPECT_EQ(first_match("a+?", "aaa"), "a");
  EXPECT_EQ(first_match("(?U)a+", "aaa"), "a");
  EXPECT_EQ(first_match("a{2,3}", "aaaa"), "aaa");
  EXPECT_EQ(first_match("(a)|(b)", "b"), "b|-|b");
  EXPECT_EQ(first_match("(a*)*", "b"), "|");
  EXPECT_EQ(first_match("(?:(a)|b)*", "ab"), "ab|a");
}

TEST(Regex, KnowsPlacesAndClasses) {
  EXPECT_EQ(first_match("\\bb\\w+", "ab bc"), "bc");
  EXPECT_EQ(first_match("^b", "a\nb"), "none");
  EXPECT_EQ(first_match("(?m)^b$", "a\nb\n"), "b");
  EXPECT_EQ(first_match(".+", "a\nb"), "a");
  EXPECT_EQ(first_match("(?s).+", "a\nb"), "a\nb");
  EXPECT_EQ(first_match("[^a]", "a\n"), "\n");
  EXPECT_EQ(first_match("[]a-]+", "x]-a"), "]-a");
  EXPECT_EQ(first_match("[[:upper:]\\d]+", "aB3c"), "B3");
  EXPECT_EQ(first_match("(?i)straSSe", "STRASSE"), "STRASSE");
  EXPECT_EQ(first_match(".", "\xc3\xbc"), "\xc3\xbc");
  EXPECT_EQ(first_match("[\\x{fc}]", "\xc3\xbc"), "\xc3\xbc");
  EXPECT_EQ(first_match("\\Qa.b\\E", "axb a.b"), "a.b");
}

TEST(Regex, RefusesWhatRe2Refuses) {
  for (const char* broken : {"a**", "*a", "(a", "a)", "[a", "a{2,1}", "a{1001}", "\\", "[b-a]",
                             "\\8", "(?P<n", "(?z)", "[[:none:]]", "\\pL", "\xff"}) {
    EXPECT_FALSE(compile_regex(broken).ok()) << broken;
  }
  EXPECT_FALSE(compile_regex("((a{900}){900}){900}").ok());
  EXPECT_FALSE(compile_regex(std::string(100000, '(')).ok());
  EXPECT_TRUE(compile_regex("a{,2}").ok());  // no count: it stands for itself
}

TEST(Regex, TakesLinearTime) {
  const auto program = compile_regex("(a*)*(a|a)*b");
  ASSERT_TRUE(program.ok());
  RegexMatcher matcher(*program, [] { return true; });
  const std::string text(2000, 'a');
  EXPECT_FALSE(matcher.search(text, 0));
  EXPECT_LE(matcher.work(), (text.size() + 1) * program->steps.size());
}

// A single match may take minutes.
TEST(Regex, EndsAMatchThatNobodyPaysFor) {
  const auto program = compile_regex("(a*)*(a|a)*b");
  ASSERT_TRUE(program.ok());
  int trips = 0;
  RegexMatcher matcher(*program, [&] { return ++trips <= 3; });
  EXPECT_FALSE(matcher.search(std::string(1'000'000, 'a'), 0));
  EXPECT_LE(matcher.work(), 4 * RegexMatcher::kWorkPerTrip);
}

}  // namespace
}  // namespace tare
