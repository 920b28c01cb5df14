// Which paths of a model's own files may be fetched: the rule that SECURITY.md states.
#include "formats/bundle.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(PlainRelativePath, StaysInItsFolder) {
  for (const char* path : {"a", "group1-shard1of1.bin", "variables/variables.index", "a/b/c",
                           "a..b", "..a", "a.", ".hidden", "with blank", "\xe6\xb0\xb4.bin"})
    EXPECT_TRUE(is_plain_relative_path(path)) << path;
}

TEST(PlainRelativePath, RefusesEveryWayOut) {
  for (const char* path : {"", "..", "../a", "a/../b", "a/..", "/a", "//host/a", "\\a", "a\\b",
                           "http://host/a", "data:,x", "c:a", "%2e%2e/a", "a%2fb", "blob:x"})
    EXPECT_FALSE(is_plain_relative_path(path)) << path;
  EXPECT_FALSE(is_plain_relative_path(std::string_view("a\0b", 3)));
}

TEST(ModelBundle, NamesTheModelsFileInErrors) {
  ModelBundle bundle;
  bundle.add("model.json", {});
  EXPECT_EQ(in_file({Code::kInvalidModel, "bad", {}}, bundle).where, "model.json");
  EXPECT_EQ(in_file({Code::kInvalidModel, "bad", "node 'a'"}, bundle).where,
            "model.json: node 'a'");
}

}  // namespace
}  // namespace tare
