// Branches, loops and composites as TFLite files hold them, run through the facade; round trips
// through the writer.
#include <gtest/gtest.h>

#include "api/model.h"
#include "formats/open.h"
#include "formats/tflite/write.h"
#include "support/tflite_file.h"

namespace tare {
namespace {

using test::raw;
using test::TfliteFile;
using File = TfliteFile;

constexpr auto kBool = tflite::TensorType_BOOL;
constexpr auto kInt = tflite::TensorType_INT32;

Result<Model> load(Buffer bytes) {
  ModelBundle bundle;
  bundle.add("model.tflite", std::move(bytes));
  return Model::load(std::move(bundle), {});
}

Buffer rewritten(const Buffer& bytes) {
  ModelBundle bundle;
  bundle.add("model.tflite", bytes);
  auto module = read_model(bundle, {});
  if (!module) return {};
  auto again = write_tflite(*module);
  EXPECT_TRUE(again.ok()) << again.error().text();
  return again ? again.take() : Buffer();
}

// Runs signature 0 on bytes for each input; gives the first output's elements.
template <class T>
std::vector<T> run(Model& model, std::vector<std::vector<std::uint8_t>> inputs,
                   std::vector<Shape> shapes) {
  if (Status s = model.prepare(0, shapes); !s.ok()) {
    ADD_FAILURE() << s.error().text();
    return {};
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::copy(inputs[i].begin(), inputs[i].end(),
              reinterpret_cast<std::uint8_t*>(model.input(static_cast<int>(i)).data));
  }
  if (Status s = model.run(); !s.ok()) {
    ADD_FAILURE() << s.error().text();
    return {};
  }
  const Tensor out = model.output(0);
  return {out.as<T>().begin(), out.as<T>().end()};
}

// A graph of one operator on x and a constant: y = x (op) c, or x alone when there is no constant.
File::Graph one_operator(std::string name, int code, std::vector<std::uint8_t> c,
                         tflite::TensorType type) {
  File::Graph graph{.name = std::move(name),
                    .tensors = {{.name = "x", .type = type, .shape = {2}},
                                {.name = "y", .type = type, .shape = {2}}},
                    .inputs = {0},
                    .outputs = {1},
                    .operators = {{.code = code, .inputs = {0}, .outputs = {1}}}};
  if (!c.empty()) {
    graph.tensors.push_back({.name = "c", .type = type, .shape = {1}, .data = std::move(c)});
    graph.operators[0].inputs.push_back(2);
  }
  return graph;
}

File branches() {
  File file;
  file.graphs.push_back({.tensors = {{.name = "p", .type = kBool, .shape = {}},
                                     {.name = "x", .shape = {2}},
                                     {.name = "y", .shape = {2}}},
                         .inputs = {0, 1},
                         .outputs = {2},
                         .operators = {{.code = tflite::BuiltinOperator_IF,
                                        .inputs = {0, 1},
                                        .outputs = {2},
                                        .type = tflite::BuiltinOptions_IfOptions,
                                        .options = [](auto& fbb) {
                                          return tflite::CreateIfOptions(fbb, 1, 2).Union();
                                        }}}});
  file.graphs.push_back(one_operator("then", tflite::BuiltinOperator_ADD, raw<float>({10}),
                                     tflite::TensorType_FLOAT32));
  file.graphs.push_back(one_operator("else", tflite::BuiltinOperator_MUL, raw<float>({3}),
                                     tflite::TensorType_FLOAT32));
  return file;
}

TEST(ControlFlow, IfRunsTheBranchThatTheConditionPicks) {
  const Buffer bytes = branches().bytes();
  for (const Buffer& b : {bytes, rewritten(bytes)}) {
    auto model = load(b);
    ASSERT_TRUE(model.ok()) << model.error().text();
    EXPECT_EQ(run<float>(*model, {{1}, raw<float>({1, 2})}, {{}, {2}}),
              (std::vector<float>{11, 12}));
    EXPECT_EQ(run<float>(*model, {{0}, raw<float>({1, 2})}, {{}, {2}}), (std::vector<float>{3, 6}));
  }
}

TEST(ControlFlow, IfWithBranchesOfDifferentShapesTakesTheShapeOfTheOneThatRan) {
  File file = branches();
  file.graphs[2].tensors[2].shape = {3, 1};
  file.graphs[2].tensors[2].data = raw<float>({1, 10, 100});
  file.graphs[2].tensors[1].shape = {3, 2};
  file.tensor(2).shape = {};
  file.tensor(2).has_rank = false;
  auto model = load(file.bytes());
  ASSERT_TRUE(model.ok()) << model.error().text();
  EXPECT_EQ(run<float>(*model, {{1}, raw<float>({1, 2})}, {{}, {2}}), (std::vector<float>{11, 12}));
  EXPECT_EQ(run<float>(*model, {{0}, raw<float>({1, 2})}, {{}, {2}}),
            (std::vector<float>{1, 2, 10, 20, 100, 200}));
  EXPECT_EQ(model->output(0).shape, (Shape{3, 2}));
}

File two_ways(std::function<flatbuffers::Offset<void>(File::Builder&)> options,
              tflite::BuiltinOptions type, int code) {
  File file = branches();
  file.op(0).code = code;
  file.op(0).type = type;
  file.op(0).options = std::move(options);
  return file;
}

TEST(ControlFlow, AnEndlessLoopRunsOutOfTrips) {
  File file = two_ways([](auto& fbb) { return tflite::CreateWhileOptions(fbb, 1, 2).Union(); },
                       tflite::BuiltinOptions_WhileOptions, tflite::BuiltinOperator_WHILE);
  file.main().tensors = {{.name = "x", .shape = {2}}, {.name = "y", .shape = {2}}};
  file.main().inputs = {0};
  file.main().outputs = {1};
  file.op(0).inputs = {0};
  file.op(0).outputs = {1};
  file.graphs[1] = {.name = "always",
                    .tensors = {{.name = "x", .shape = {2}},
                                {.name = "t", .type = kBool, .shape = {1}, .data = {1}}},
                    .inputs = {0},
                    .outputs = {1},
                    .operators = {}};
  ModelBundle bundle;
  bundle.add("model.tflite", file.bytes());
  auto model = Model::load(std::move(bundle),
                           {.budgets = {.loop_trips = 50}, .input_names = {}, .output_names = {}});
  ASSERT_TRUE(model.ok()) << model.error().text();
  ASSERT_TRUE(model->prepare(0, std::vector<Shape>{{2}}).ok());
  const Status status = model->run();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kBudgetExceeded);
}

// while (i < 3) { i = i + 1; list = concat(list, list); }
File growing_loop() {
  File file;
  const auto loop = [](auto& fbb) { return tflite::CreateWhileOptions(fbb, 1, 2).Union(); };
  file.graphs.push_back({.tensors = {{.name = "i", .type = kInt, .shape = {1}},
                                     {.name = "list", .shape = {1}},
                                     {.name = "n", .type = kInt, .shape = {1}},
                                     {.name = "out", .shape = {1}, .signature = {-1}}},
                         .inputs = {0, 1},
                         .outputs = {3},
                         .operators = {{.code = tflite::BuiltinOperator_WHILE,
                                        .inputs = {0, 1},
                                        .outputs = {2, 3},
                                        .type = tflite::BuiltinOptions_WhileOptions,
                                        .options = loop}}});
  const std::vector<File::Tensor> values = {{.name = "i", .type = kInt, .shape = {1}},
                                            {.name = "list", .shape = {1}, .signature = {-1}}};
  file.graphs.push_back(
      {.name = "cond",
       .tensors = values,
       .inputs = {0, 1},
       .outputs = {3},
       .operators = {{.code = tflite::BuiltinOperator_LESS, .inputs = {0, 2}, .outputs = {3}}}});
  file.graphs[1].tensors.push_back(
      {.name = "three", .type = kInt, .shape = {1}, .data = raw<std::int32_t>({3})});
  file.graphs[1].tensors.push_back({.name = "more", .type = kBool, .shape = {1}});
  const auto concat = [](auto& fbb) { return tflite::CreateConcatenationOptions(fbb, 0).Union(); };
  file.graphs.push_back(
      {.name = "body",
       .tensors = values,
       .inputs = {0, 1},
       .outputs = {3, 4},
       .operators = {{.code = tflite::BuiltinOperator_ADD, .inputs = {0, 2}, .outputs = {3}},
                     {.code = tflite::BuiltinOperator_CONCATENATION,
                      .inputs = {1, 1},
                      .outputs = {4},
                      .type = tflite::BuiltinOptions_ConcatenationOptions,
                      .options = concat}}});
  file.graphs[2].tensors.push_back(
      {.name = "one", .type = kInt, .shape = {1}, .data = raw<std::int32_t>({1})});
  file.graphs[2].tensors.push_back({.name = "next", .type = kInt, .shape = {1}});
  file.graphs[2].tensors.push_back({.name = "longer", .shape = {2}, .signature = {-1}});
  return file;
}

TEST(ControlFlow, AValueMayGrowInALoop) {
  const Buffer bytes = growing_loop().bytes();
  for (const Buffer& b : {bytes, rewritten(bytes)}) {
    auto model = load(b);
    ASSERT_TRUE(model.ok()) << model.error().text();
    EXPECT_EQ(run<float>(*model, {raw<std::int32_t>({0}), raw<float>({7})}, {{1}, {1}}),
              std::vector<float>(8, 7));
    EXPECT_EQ(run<float>(*model, {raw<std::int32_t>({3}), raw<float>({7})}, {{1}, {1}}),
              std::vector<float>(1, 7));
  }
}

TEST(ControlFlow, GraphsThatCallThemselvesAreRefused) {
  File file = branches();
  file.op(0).options = [](auto& fbb) { return tflite::CreateIfOptions(fbb, 0, 2).Union(); };
  auto model = load(file.bytes());
  ASSERT_FALSE(model.ok());
  EXPECT_NE(model.error().text().find("calls itself"), std::string::npos) << model.error().text();
}

TEST(ControlFlow, BranchesMustGiveWhatTheNodeDeclares) {
  File file = branches();
  file.graphs[2].outputs = {1, 1};
  auto model = load(file.bytes());
  ASSERT_FALSE(model.ok());
  EXPECT_NE(model.error().text().find("gives 2 values"), std::string::npos) << model.error().text();
}

}  // namespace
}  // namespace tare
