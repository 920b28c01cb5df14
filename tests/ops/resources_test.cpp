// Variables, initialisers and hash tables: what outlives a run, and what a reset forgets.
#include <gtest/gtest.h>

#include "api/model.h"
#include "ir/strings.h"
#include "support/tflite_file.h"

namespace tare {
namespace {

using test::raw;
using test::TfliteFile;
using File = TfliteFile;

constexpr auto kResource = tflite::TensorType_RESOURCE;
constexpr auto kInt64 = tflite::TensorType_INT64;
constexpr auto kString = tflite::TensorType_STRING;

Result<Model> load(const File& file) {
  ModelBundle bundle;
  bundle.add("model.tflite", file.bytes());
  return Model::load(std::move(bundle), {});
}

File::Operator var_handle(std::int32_t output) {
  return {.code = tflite::BuiltinOperator_VAR_HANDLE,
          .inputs = {},
          .outputs = {output},
          .type = tflite::BuiltinOptions_VarHandleOptions,
          .options = [](auto& fbb) {
            return tflite::CreateVarHandleOptionsDirect(fbb, "", "total").Union();
          }};
}

File::Operator call_once(int graph) {
  return {.code = tflite::BuiltinOperator_CALL_ONCE,
          .inputs = {},
          .outputs = {},
          .type = tflite::BuiltinOptions_CallOnceOptions,
          .options = [=](auto& fbb) { return tflite::CreateCallOnceOptions(fbb, graph).Union(); }};
}

// total = 100 at first; each run adds x and gives the sum.
File counter() {
  File file;
  file.graphs.push_back(
      {.tensors = {{.name = "x", .shape = {1}},
                   {.name = "h", .type = kResource, .shape = {}},
                   {.name = "old", .shape = {1}},
                   {.name = "sum", .shape = {1}}},
       .inputs = {0},
       .outputs = {3},
       .operators = {
           call_once(1),
           var_handle(1),
           {.code = tflite::BuiltinOperator_READ_VARIABLE, .inputs = {1}, .outputs = {2}},
           {.code = tflite::BuiltinOperator_ADD, .inputs = {2, 0}, .outputs = {3}},
           {.code = tflite::BuiltinOperator_ASSIGN_VARIABLE, .inputs = {1, 3}, .outputs = {}}}});
  file.graphs.push_back(
      {.name = "init",
       .tensors = {{.name = "h", .type = kResource, .shape = {1}},
                   {.name = "c", .shape = {1}, .data = raw<float>({100})}},
       .inputs = {},
       .outputs = {},
       .operators = {
           var_handle(0),
           {.code = tflite::BuiltinOperator_ASSIGN_VARIABLE, .inputs = {0, 1}, .outputs = {}}}});
  return file;
}

float add(Model& model, float x) {
  EXPECT_TRUE(model.prepare(0, std::vector<Shape>{{1}}).ok());
  model.input(0).as<float>()[0] = x;
  const Status status = model.run();
  EXPECT_TRUE(status.ok()) << status.error().text();
  return model.output(0).as<float>()[0];
}

TEST(Resources, VariablesKeepTheirValueUntilReset) {
  auto model = load(counter());
  ASSERT_TRUE(model.ok()) << model.error().text();
  EXPECT_EQ(add(*model, 1), 101);
  EXPECT_EQ(add(*model, 2), 103);
  model->reset();
  EXPECT_EQ(add(*model, 5), 105);
}

TEST(Resources, AVariableThatWasNeverAssignedIsAnErrorOfTheRun) {
  File file = counter();
  file.main().operators.erase(file.main().operators.begin());
  auto model = load(file);
  ASSERT_TRUE(model.ok()) << model.error().text();
  ASSERT_TRUE(model->prepare(0, std::vector<Shape>{{1}}).ok());
  const Status status = model->run();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text().find("before it is assigned"), std::string::npos)
      << status.error().text();
}

File::Operator hashtable(std::int32_t output) {
  return {.code = tflite::BuiltinOperator_HASHTABLE,
          .inputs = {},
          .outputs = {output},
          .type = tflite::BuiltinOptions_HashtableOptions,
          .options = [](auto& fbb) {
            return tflite::CreateHashtableOptions(fbb, 7, kString, kInt64).Union();
          }};
}

std::vector<std::uint8_t> strings(std::vector<std::string> list) {
  const Buffer packed = pack_strings(list);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(packed.data());
  return {begin, begin + packed.size()};
}

// Finds two words; "b" is listed twice and keeps its first value.
File words() {
  File file;
  file.graphs.push_back(
      {.tensors =
           {{.name = "words", .type = kString, .shape = {2}},
            {.name = "h", .type = kResource, .shape = {1}},
            {.name = "default", .type = kInt64, .shape = {}, .data = raw<std::int64_t>({-1})},
            {.name = "found", .type = kInt64, .shape = {2}},
            {.name = "size", .type = kInt64, .shape = {1}}},
       .inputs = {0},
       .outputs = {3, 4},
       .operators = {
           call_once(1),
           hashtable(1),
           {.code = tflite::BuiltinOperator_HASHTABLE_FIND, .inputs = {1, 0, 2}, .outputs = {3}},
           {.code = tflite::BuiltinOperator_HASHTABLE_SIZE, .inputs = {1}, .outputs = {4}}}});
  file.graphs.push_back(
      {.name = "init",
       .tensors =
           {{.name = "h", .type = kResource, .shape = {1}},
            {.name = "k", .type = kString, .shape = {3}, .data = strings({"a", "b", "b"})},
            {.name = "v", .type = kInt64, .shape = {3}, .data = raw<std::int64_t>({10, 20, 30})}},
       .inputs = {},
       .outputs = {},
       .operators = {hashtable(0),
                     {.code = tflite::BuiltinOperator_HASHTABLE_IMPORT,
                      .inputs = {0, 1, 2},
                      .outputs = {}}}});
  return file;
}

TEST(Resources, TablesGiveTheFirstValueOfAKeyOrTheDefault) {
  auto model = load(words());
  ASSERT_TRUE(model.ok()) << model.error().text();
  ASSERT_TRUE(model->prepare(0, std::vector<Shape>{{2}}).ok());
  const std::vector<std::string> asked{"b", "zebra"};
  ASSERT_TRUE(model->set_strings(0, asked).ok());
  const Status status = model->run();
  ASSERT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(model->output(0).as<std::int64_t>()[0], 20);
  EXPECT_EQ(model->output(0).as<std::int64_t>()[1], -1);
  EXPECT_EQ(model->output(1).as<std::int64_t>()[0], 2);
}

TEST(Resources, ATableOfOtherTypesIsAnErrorOfTheRun) {
  File file = words();
  file.tensor(0) = {.name = "words", .type = kInt64, .shape = {2}};
  auto model = load(file);
  ASSERT_TRUE(model.ok()) << model.error().text();
  ASSERT_TRUE(model->prepare(0, std::vector<Shape>{{2}}).ok());
  const Status status = model->run();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().text().find("other types"), std::string::npos) << status.error().text();
}

}  // namespace
}  // namespace tare
