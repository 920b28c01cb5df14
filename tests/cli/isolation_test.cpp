// The second copy of the program: what it says arrives, and neither silence nor an end is waited
// for beyond the limit.
#include "cli/isolation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "cli/files.h"
#include "cli/verify_report.h"
#include "support/temporary_folder.h"

namespace tare::cli {
namespace {

TEST(Isolation, ReportsTheEndOfTheCopy) {
  const auto isolation = make_isolation();
  const std::vector<std::string> words{"verify", "/no/such/folder", "--worker=0"};
  ASSERT_TRUE(isolation->start(words));
  std::string line;
  EXPECT_EQ(isolation->next(30, line), Isolation::Answer::kEnded);
  EXPECT_EQ(isolation->ending(), "exit code 1");
}

TEST(Isolation, LinesOfTheCopyArrive) {
  const std::string folder = test::make_temporary_folder();
  ASSERT_NE(folder, "");
  const std::string file = join(folder, "case.json");
  ASSERT_TRUE(write_file(file, R"({"models": ["absent.tflite"], "expect": "load_error"})").ok());
  const auto isolation = make_isolation();
  const std::vector<std::string> words{"verify", folder, "--worker=0"};
  ASSERT_TRUE(isolation->start(words));
  std::string line;
  EXPECT_EQ(isolation->next(0, line), Isolation::Answer::kTimeout);
  ASSERT_EQ(isolation->next(30, line), Isolation::Answer::kLine);
  const auto entry = from_line(line);
  ASSERT_TRUE(entry.has_value()) << line;
  EXPECT_EQ(entry->entry.result.verdict, Verdict::kPassed);
  EXPECT_EQ(isolation->next(30, line), Isolation::Answer::kEnded);
  unlink(file.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace tare::cli
