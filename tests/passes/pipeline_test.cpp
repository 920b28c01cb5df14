// Passes leave outputs equal and nodes fewer.
#include "passes/pipeline.h"

#include <gtest/gtest.h>

#include "ops/binary/binary.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/fully_connected/fully_connected.h"
#include "ops/pad.h"
#include "ops/reshape.h"
#include "ops/tile.h"
#include "ops/transpose.h"
#include "ops/unary/unary.h"
#include "support/run_graph.h"

namespace tare {
namespace {

using test::TestGraph;

// Optimises a copy; expects equal outputs with reference kernels and with XNNPACK, and this many
// nodes left.
void expect_same(TestGraph& graph, const Shape& input, std::size_t nodes) {
  ASSERT_TRUE(graph.builder.ok()) << graph.builder.error().text();
  Module optimised = graph.module;
  optimise(optimised);
  EXPECT_EQ(optimised.graphs[0].nodes.size(), nodes);
  const auto values = test::ramp(input);
  const auto expected = test::run(graph.module, {{input, values}}, false);
  for (const bool xnnpack : {false, true}) {
    const auto got = test::run(optimised, {{input, values}}, xnnpack);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i], expected[i], 1e-5f) << "element " << i << (xnnpack ? " by XNNPACK" : "");
  }
}

TEST(Passes, FuseActivationIntoDense) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {2, 3}));
  const ValueId w = g.floats({4, 3}, test::ramp({4, 3}));
  const ValueId y = g.builder.emit(FullyConnected{}, {x, w});
  g.builder.output(g.builder.emit(Unary{UnaryKind::kRelu}, {y}));
  expect_same(g, {2, 3}, 1);
}

TEST(Passes, FoldBatchNormalisationIntoConvolution) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1, 5, 5, 2}));
  const ValueId w = g.floats({3, 3, 3, 2}, test::ramp({3, 3, 3, 2}));
  const ValueId y = g.builder.emit(Conv2D{}, {x, w});
  const ValueId scaled =
      g.builder.emit(Binary{.kind = BinaryKind::kMul}, {y, g.floats({3}, {0.5f, -1.5f, 2.0f})});
  const ValueId moved = g.builder.emit(Binary{.kind = BinaryKind::kAdd},
                                       {g.floats({1, 1, 1, 3}, {0.1f, 0.2f, 0.3f}), scaled});
  g.builder.output(g.builder.emit(Unary{UnaryKind::kRelu6}, {moved}));
  expect_same(g, {1, 5, 5, 2}, 1);
}

TEST(Passes, FoldPadIntoConvolution) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1, 4, 4, 1}));
  const std::int64_t counts[] = {0, 0, 1, 2, 2, 1, 0, 0};
  const ValueId flat = g.builder.vector_i32(counts);
  const ValueId table = g.builder.emit(Reshape{.shape = {4, 2}}, {flat});
  const ValueId padded = g.builder.emit(Pad{}, {x, table});
  const ValueId w = g.floats({2, 3, 3, 1}, test::ramp({2, 3, 3, 1}));
  g.builder.output(g.builder.emit(Conv2D{.padding = Padding::kValid}, {padded, w}));
  expect_same(g, {1, 4, 4, 1}, 1);
}

TEST(Passes, KeepAnActivationThatOthersReadBefore) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {2, 3}));
  const ValueId w = g.floats({3, 3}, test::ramp({3, 3}));
  const ValueId y = g.builder.emit(FullyConnected{}, {x, w});
  const ValueId z = g.builder.emit(Unary{UnaryKind::kRelu}, {y});
  g.builder.output(g.builder.emit(Binary{.kind = BinaryKind::kSub}, {z, y}));
  expect_same(g, {2, 3}, 3);
}

TEST(Passes, RemoveTransposesThatCancel) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {2, 3, 4}));
  const std::int64_t there[] = {2, 0, 1}, back[] = {1, 2, 0};
  const ValueId moved = g.builder.emit(Transpose{}, {x, g.builder.vector_i32(there)});
  const ValueId home = g.builder.emit(Transpose{}, {moved, g.builder.vector_i32(back)});
  g.builder.output(g.builder.emit(Unary{UnaryKind::kAbs}, {home}));
  expect_same(g, {2, 3, 4}, 1);
}

TEST(Passes, FoldWhatIsConstant) {
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {3}));
  const ValueId sum = g.builder.emit(Binary{.kind = BinaryKind::kAdd},
                                     {g.floats({3}, {1, 2, 3}), g.floats({1}, {4})});
  g.builder.output(g.builder.emit(Binary{.kind = BinaryKind::kMul}, {x, sum}));
  expect_same(g, {3}, 1);
}

std::uint64_t constant_bytes(const Module& module) {
  std::uint64_t bytes = 0;
  for (const Value& v : module.graphs[0].values) bytes += v.constant.size();
  return bytes;
}

// Each node gives eight times what it takes: a terabyte in all.
TEST(Passes, LeaveConstantsThatGrowForTheRun) {
  TestGraph g;
  const std::int64_t eight[] = {8};
  ValueId x = g.floats({16384}, test::ramp({16384}));
  for (int i = 0; i < 8; ++i) x = g.builder.emit(Tile{}, {x, g.builder.vector_i32(eight)});
  g.builder.output(x);
  ASSERT_TRUE(g.builder.ok()) << g.builder.error().text();
  optimise(g.module);
  EXPECT_LT(constant_bytes(g.module), 64u << 20);
  EXPECT_GE(g.module.graphs[0].nodes.size(), 4u);
}

// Each product would make the weights anew, for each of the layers that share them.
TEST(Passes, FoldProductsIntoSharedWeightsWithinABudget) {
  TestGraph g;
  ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1, 500}));
  const ValueId w = g.floats({500, 500}, test::ramp({500, 500}));
  const ValueId factors = g.floats({500}, std::vector<float>(500, 0.5f));
  for (int i = 0; i < 200; ++i) {
    x = g.builder.emit(FullyConnected{}, {x, w});
    for (int k = 0; k < 4; ++k) x = g.builder.emit(Binary{.kind = BinaryKind::kMul}, {x, factors});
  }
  g.builder.output(x);
  ASSERT_TRUE(g.builder.ok()) << g.builder.error().text();
  optimise(g.module);
  EXPECT_LT(constant_bytes(g.module), 64u << 20);
}

}  // namespace
}  // namespace tare
