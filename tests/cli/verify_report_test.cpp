// Entries survive the way between the two copies of the program; totals add up.
#include "cli/verify_report.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

CaseEntry entry(Verdict verdict, bool broken) {
  CaseEntry e{"some/case", {}, 0.5};
  e.result.verdict = verdict;
  e.result.broken = broken;
  if (verdict != Verdict::kPassed) {
    e.result.file = "model.tflite";
    e.result.reason = "why\tnot\nhere";
  }
  e.result.lowered["int8"] = {.elements = 10, .different = 3};
  return e;
}

TEST(VerifyReport, LinesReadBack) {
  const auto back = from_line(to_line(7, entry(Verdict::kFailed, true)));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->index, 7u);
  EXPECT_EQ(back->entry.result.verdict, Verdict::kFailed);
  EXPECT_TRUE(back->entry.result.broken);
  EXPECT_EQ(back->entry.result.file, "model.tflite");
  EXPECT_EQ(back->entry.result.reason, "why not here");
  EXPECT_EQ(back->entry.result.lowered.at("int8").different, 3);
  EXPECT_EQ(back->entry.seconds, 0.5);
}

TEST(VerifyReport, OtherLinesAreRefused) {
  EXPECT_FALSE(from_line("").has_value());
  EXPECT_FALSE(from_line("hello\tworld").has_value());
  EXPECT_FALSE(from_line("-1\t0\t0\t\t\t\t\t0").has_value());
  EXPECT_FALSE(from_line("1\t9\t0\t\t\t\t\t0").has_value());
}

TEST(VerifyReport, SumsSoundAndBrokenApart) {
  const std::string text = summary({entry(Verdict::kPassed, false), entry(Verdict::kFailed, false),
                                    entry(Verdict::kPassed, true), entry(Verdict::kSkipped, true)});
  EXPECT_NE(text.find("sound cases: 1 passed, 1 failed, 0 skipped\n"), std::string::npos) << text;
  EXPECT_NE(text.find("broken cases: 1 passed, 0 failed, 1 skipped\n"), std::string::npos) << text;
  EXPECT_NE(text.find("int8 12 of 40"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\n2 passed, 1 failed, 1 skipped\n")) << text;
}

TEST(VerifyReport, OnlyWhatIsNotPassedIsListed) {
  EXPECT_EQ(verdict_line(entry(Verdict::kPassed, false)), "");
  EXPECT_TRUE(
      verdict_line(entry(Verdict::kFailed, false)).starts_with("FAIL some/case model.tflite: "));
  EXPECT_TRUE(
      verdict_line(entry(Verdict::kSkipped, false)).starts_with("SKIP some/case model.tflite: "));
}

}  // namespace
}  // namespace tare::cli
