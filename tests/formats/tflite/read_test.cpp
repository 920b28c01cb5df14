// What the reader makes of sound files.
#include <gtest/gtest.h>

#include "support/read_tflite.h"

namespace tare {
namespace {

using test::one_constant;
using test::output;
using test::raw;
using test::read;
using test::sparse_constant;
using test::tanh_plus_constant;
using test::TfliteFile;

template <class T>
std::vector<T> elements(const Value& value) {
  const auto all = value.constant.as<T>();
  return {all.begin(), all.end()};
}

TEST(ReadTflite, NamesAndTypesComeFromTheFile) {
  auto module = read(tanh_plus_constant());
  ASSERT_TRUE(module.ok()) << module.error().text();
  const Graph& graph = module->graphs.front();
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].name, "y");
  EXPECT_EQ(graph.value(graph.inputs[0]).name, "x");
  EXPECT_EQ(output(*module).type.shape, (Shape{1, 3}));
  ASSERT_EQ(module->entries.size(), 1u);
  EXPECT_EQ(module->entries[0].name, "main");
  EXPECT_EQ(module->entries[0].input_names, (std::vector<std::string>{"x"}));
}

TEST(ReadTflite, SignaturesNameTensorsAndTheFirstSubgraphIsTheDefault) {
  TfliteFile file = tanh_plus_constant();
  file.graphs.push_back(file.main());
  file.signatures = {{"other", 1, {{"a", 0}}, {{"b", 3}}}, {"serve", 0, {{"in", 0}}, {{"out", 3}}}};
  auto module = read(file);
  ASSERT_TRUE(module.ok()) << module.error().text();
  ASSERT_EQ(module->entries.size(), 2u);
  EXPECT_EQ(module->entries[0].name, "serve");
  EXPECT_EQ(module->entries[0].output_names, (std::vector<std::string>{"out"}));
  EXPECT_EQ(module->entries[1].name, "other");
}

TEST(ReadTflite, UnknownFirstExtentsOfInputsAreOneBatch) {
  TfliteFile file = tanh_plus_constant();
  file.main().tensors.push_back({.name = "z", .shape = {1, 3}, .signature = {-1, -1}});
  file.main().inputs.push_back(4);
  file.tensor(0).signature = {-1, 3};
  auto module = read(file);
  ASSERT_TRUE(module.ok()) << module.error().text();
  const Graph& graph = module->graphs.front();
  const Shape& x = graph.value(graph.inputs[0]).type.shape;
  const Shape& z = graph.value(graph.inputs[1]).type.shape;
  EXPECT_FALSE(is_known(x[0]));
  EXPECT_EQ(x[0], z[0]);
  EXPECT_NE(z[0], z[1]);
  // The declared [1,3] of what is computed gives way to what follows from the input.
  EXPECT_EQ(output(*module).type.shape[0], x[0]);
}

TEST(ReadTflite, WhatAddGivesIsTypedByItsInput) {
  TfliteFile file = tanh_plus_constant();
  file.tensor(3).type = tflite::TensorType_INT32;
  auto module = read(file);
  ASSERT_TRUE(module.ok()) << module.error().text();
  EXPECT_EQ(output(*module).type.dtype, DType::kFloat32);
}

TEST(ReadTflite, ConstantsBehindTheFlatBufferAreFound) {
  TfliteFile file = one_constant({.name = "c", .shape = {3}, .data = raw<float>({1, 2, 3})});
  file.data_appended = true;
  file.appended = {1, 2, 3};
  auto module = read(file);
  ASSERT_TRUE(module.ok()) << module.error().text();
  EXPECT_EQ(elements<float>(output(*module)), (std::vector<float>{1, 2, 3}));
}

TEST(ReadTflite, UnpacksInt4AndKeepsBoolsToOneBit) {
  auto packed = read(one_constant(
      {.name = "c", .type = tflite::TensorType_INT4, .shape = {3}, .data = {0x7f, 0x08}}));
  ASSERT_TRUE(packed.ok()) << packed.error().text();
  EXPECT_EQ(elements<std::int8_t>(output(*packed)), (std::vector<std::int8_t>{-1, 7, -8}));
  auto bools = read(one_constant(
      {.name = "c", .type = tflite::TensorType_BOOL, .shape = {3}, .data = {0, 1, 200}}));
  ASSERT_TRUE(bools.ok()) << bools.error().text();
  EXPECT_EQ(elements<std::uint8_t>(output(*bools)), (std::vector<std::uint8_t>{0, 1, 1}));
}

TEST(ReadTflite, AConstantOfSizeZeroNeedsNoData) {
  auto module = read(one_constant({.name = "c", .type = tflite::TensorType_INT32, .shape = {0}}));
  ASSERT_TRUE(module.ok()) << module.error().text();
  EXPECT_TRUE(output(*module).is_constant);
}

TEST(ReadTflite, ExpandsSparseBlocks) {
  auto module =
      read(sparse_constant({0, 1, 3}, {1, 0, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  ASSERT_TRUE(module.ok()) << module.error().text();
  EXPECT_EQ(elements<float>(output(*module)),
            (std::vector<float>{0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 9, 10, 7, 8, 11, 12}));
}

}  // namespace
}  // namespace tare
