// case.json as the suites write it, and what must be refused in it.
#include "cli/case_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/elements.h"
#include "cli/files.h"
#include "support/temporary_folder.h"

namespace tare::cli {
namespace {

class CaseFile : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(folder_, ""); }
  void TearDown() override {
    const auto names = list_folder(folder_);
    for (const std::string& name : *names) unlink(join(folder_, name).c_str());
    rmdir(folder_.c_str());
  }
  Result<Case> read(const std::string& text) {
    EXPECT_TRUE(write_file(join(folder_, "case.json"), text).ok());
    return read_case(folder_);
  }
  const std::string folder_ = test::make_temporary_folder();
};

TEST_F(CaseFile, ReadsEveryField) {
  ASSERT_TRUE(write_file(join(folder_, "out.bin"), std::string("\0\0\x80\x3f\0\0\0\x40", 8)).ok());
  const auto c = read(R"({"models": ["m.tflite", "saved_model"], "signature": "s",
    "tolerance": {"abs": 1, "rel": 0.5, "quantised": true},
    "tensors": {"m.tflite": {"inputs": {"x": "x:0"}, "outputs": {"y": "Identity:0"}}},
    "runs": [{"signature": "t", "inputs": [{"name": "x", "dtype": "int64", "shape": [1], "data": ["9007199254740993"]}],
              "outputs": [{"name": "y", "dtype": "float32", "shape": [2], "file": "out.bin"},
                          {"name": "r", "dtype": "float32", "shape": [3], "check": "shape", "range": [0, 1]}],
              "also_accepted": [{"outputs": [{"name": "y", "dtype": "float32", "shape": [1], "data": ["NaN"]}]}],
              "float_outputs": [], "outputs_optimised": []}]})");
  ASSERT_TRUE(c.ok()) << c.error().text();
  EXPECT_EQ(c->models.size(), 2u);
  EXPECT_EQ(c->expectation, Expectation::kOutputs);
  EXPECT_TRUE(c->tolerance.quantised);
  EXPECT_EQ(c->tolerance.relative, 0.5);
  EXPECT_EQ(c->signature, "s");
  EXPECT_TRUE(c->keeps_state);
  EXPECT_EQ(c->tensor_names.at("m.tflite").outputs.at("y"), "Identity:0");
  const CaseRun& run = c->runs.at(0);
  EXPECT_EQ(run.signature, "t");
  EXPECT_EQ(integer_at(run.inputs[0].value.view(), 0), 9007199254740993);
  EXPECT_EQ(real_element(run.outputs[0].value.view(), 1), 2);
  EXPECT_TRUE(run.outputs[1].shape_only);
  EXPECT_EQ(run.outputs[1].range->second, 1);
  EXPECT_EQ(run.alternatives.size(), 3u);
}

TEST_F(CaseFile, StateIsKeptWhereTheCaseSaysSo) {
  EXPECT_FALSE(read(R"({"models": ["m.tflite"]})")->keeps_state);
  EXPECT_TRUE(read(R"({"models": ["m.tflite"], "stateful": true})")->keeps_state);
  EXPECT_TRUE(read(R"({"models": ["m.h5"], "notes": "stateful: carries"})")->keeps_state);
  EXPECT_TRUE(read(R"({"models": ["saved_model"]})")->keeps_state);
}

TEST_F(CaseFile, RefusesWhatIsWrong) {
  EXPECT_FALSE(read("").ok());
  EXPECT_FALSE(read("{}").ok());
  EXPECT_FALSE(read(R"({"models": ["m"], "expect": "luck"})").ok());
  EXPECT_FALSE(
      read(
          R"({"models": ["m"], "runs": [{"inputs": [{"dtype": "float32", "shape": [2], "data": [1]}]}]})")
          .ok());
  EXPECT_FALSE(
      read(
          R"({"models": ["m"], "runs": [{"inputs": [{"dtype": "float3", "shape": [1], "data": [1]}]}]})")
          .ok());
  EXPECT_FALSE(
      read(
          R"({"models": ["m"], "runs": [{"outputs": [{"dtype": "int8", "shape": [2], "file": "none"}]}]})")
          .ok());
  // Data are left out only where the case says that shapes are all there is.
  EXPECT_FALSE(
      read(R"({"models": ["m"], "runs": [{"outputs": [{"dtype": "int8", "shape": [2]}]}]})").ok());
  EXPECT_TRUE(
      read(
          R"({"models": ["m"], "shape_only": true, "runs": [{"outputs": [{"dtype": "int8", "shape": [2]}]}]})")
          .ok());
}

TEST_F(CaseFile, IsFoundByFolderOrByName) {
  ASSERT_TRUE(write_file(join(folder_, "case.json"), "{}").ok());
  EXPECT_EQ(*find_cases({folder_}), (std::vector<std::string>{folder_}));
  EXPECT_EQ(*find_cases({join(folder_, "case.json")}), (std::vector<std::string>{folder_}));
  EXPECT_FALSE(find_cases({"/no/such/folder"}).ok());
}

}  // namespace
}  // namespace tare::cli
