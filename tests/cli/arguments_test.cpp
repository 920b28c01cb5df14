// Words to options: both spellings, repeats, and everything that must be refused.
#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {{"--runs", "N", ""}, {"--raw", "", ""}, {"--shape", "S", ""}};

Result<Arguments> parse(std::vector<std::string> words) {
  return Arguments::parse(words, kOptions);
}

TEST(Arguments, TakesBothSpellingsAndKeepsRepeats) {
  const auto arguments = parse({"a", "--runs", "3", "--raw", "--runs=4", "b"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->rest(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(arguments->all("--runs"), (std::vector<std::string>{"3", "4"}));
  EXPECT_EQ(arguments->text("--runs"), "4");
  EXPECT_TRUE(arguments->has("--raw"));
}

TEST(Arguments, EndsOptionsAtTwoDashes) {
  const auto arguments = parse({"--", "--raw"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_FALSE(arguments->has("--raw"));
  EXPECT_EQ(arguments->rest(), (std::vector<std::string>{"--raw"}));
}

TEST(Arguments, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(parse({"--fast"}).ok());
  EXPECT_FALSE(parse({"--runs"}).ok());
  EXPECT_FALSE(parse({"--raw=1"}).ok());
}

TEST(Arguments, ChecksNumbers) {
  for (const char* text : {"", "x", "3.5", "0", "-1", "3x", "99999999999999999999"}) {
    const auto arguments = parse({"--runs", text});
    ErrorSink sink;
    EXPECT_EQ(arguments->integer("--runs", 7, 1, sink), 7) << text;
    EXPECT_FALSE(sink.ok()) << text;
  }
}

TEST(Arguments, ReadsShapes) {
  const auto arguments = parse({"--shape", "x=1,224,224,3", "--shape", "2x3"});
  const auto shapes = shapes_from(*arguments);
  ASSERT_TRUE(shapes.ok());
  EXPECT_EQ((*shapes)[0].name, "x");
  EXPECT_EQ((*shapes)[0].shape, (Shape{1, 224, 224, 3}));
  EXPECT_EQ((*shapes)[1].shape, (Shape{2, 3}));
  EXPECT_FALSE(shapes_from(*parse({"--shape", "1,-2"})).ok());
  EXPECT_FALSE(shapes_from(*parse({"--shape", "1,1,1,1,1,1,1,1,1"})).ok());
}

}  // namespace
}  // namespace tare::cli
