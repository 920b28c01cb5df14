// One case table: each op by its reference kernel and by XNNPACK, which must agree, and XNNPACK
// must have taken it.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "ops/binary/binary.h"
#include "ops/concatenation.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/depth_to_space.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/fully_connected/fully_connected.h"
#include "ops/pack.h"
#include "ops/reduce.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/space_to_depth.h"
#include "ops/transpose.h"
#include "ops/unary/unary.h"
#include "support/run_graph.h"

namespace tare {
namespace {

using test::TestGraph;

struct Case {
  std::string name;
  Shape input;
  std::function<ValueId(TestGraph&, ValueId)> build;
};

Case unary(const char* name, UnaryKind kind, float alpha = 0.0f) {
  return {name, {2, 3, 5}, [=](TestGraph& g, ValueId x) {
            return g.builder.emit(Unary{kind, alpha}, {x});
          }};
}

Case binary(const char* name, BinaryKind kind) {
  return {name, {2, 3, 5}, [=](TestGraph& g, ValueId x) {
            return g.builder.emit(Binary{.kind = kind}, {x, g.floats({3, 1}, {0.5f, -2.0f, 3.0f})});
          }};
}

ValueId numbers(TestGraph& g, std::vector<std::int64_t> values) {
  return g.builder.vector_i32(values);
}

const Case kCases[] = {
    unary("abs", UnaryKind::kAbs),
    unary("ceil", UnaryKind::kCeil),
    unary("elu", UnaryKind::kElu, 1.0f),
    unary("exp", UnaryKind::kExp),
    unary("floor", UnaryKind::kFloor),
    unary("gelu", UnaryKind::kGelu),
    unary("hard_swish", UnaryKind::kHardSwish),
    unary("leaky_relu", UnaryKind::kLeakyRelu, 0.2f),
    unary("logistic", UnaryKind::kLogistic),
    unary("neg", UnaryKind::kNeg),
    unary("relu", UnaryKind::kRelu),
    unary("relu6", UnaryKind::kRelu6),
    unary("square", UnaryKind::kSquare),
    unary("tanh", UnaryKind::kTanh),
    binary("add", BinaryKind::kAdd),
    binary("sub", BinaryKind::kSub),
    binary("mul", BinaryKind::kMul),
    binary("div", BinaryKind::kDiv),
    binary("maximum", BinaryKind::kMaximum),
    binary("minimum", BinaryKind::kMinimum),
    binary("squared_difference", BinaryKind::kSquaredDifference),
    {"fully_connected",
     {3, 6},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(
           FullyConnected{.activation = Activation::kRelu},
           {x, g.floats({4, 6}, test::ramp({4, 6})), g.floats({4}, {1, 2, 3, 4})});
     }},
    {"conv_2d",
     {1, 6, 7, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Conv2D{.axes = {WindowAxis{.stride = 2}, WindowAxis{.dilation = 2}}},
                             {x, g.floats({5, 3, 3, 3}, test::ramp({5, 3, 3, 3}))});
     }},
    {"depthwise_conv_2d",
     {2, 6, 6, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(DepthwiseConv2D{.padding = Padding::kValid},
                             {x, g.floats({1, 3, 3, 6}, test::ramp({1, 3, 3, 6}))});
     }},
    {"softmax", {4, 7}, [](TestGraph& g, ValueId x) { return g.builder.emit(Softmax{}, {x}); }},
    {"mean",
     {2, 4, 4, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Reduce{.kind = ReduceKind::kMean, .keep_dims = true},
                             {x, numbers(g, {1, 2})});
     }},
    {"sum",
     {2, 4, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Reduce{.kind = ReduceKind::kSum}, {x, numbers(g, {-1})});
     }},
    {"transpose",
     {2, 3, 4},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Transpose{}, {x, numbers(g, {2, 0, 1})});
     }},
    {"slice",
     {4, 5},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Slice{}, {x, numbers(g, {1, 2}), numbers(g, {2, -1})});
     }},
    {"concatenation",
     {2, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Concatenation{.axis = -1}, {x, g.floats({2, 2}, {1, 2, 3, 4}), x});
     }},
    {"pack",
     {2, 3},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Pack{.axis = 1}, {x, g.floats({2, 3}, {1, 2, 3, 4, 5, 6})});
     }},
    {"resize_bilinear",
     {1, 4, 5, 2},
     [](TestGraph& g, ValueId x) {
       return g.builder.emit(Resize{.half_pixel_centers = true}, {x, numbers(g, {7, 8})});
     }},
    {"space_to_depth",
     {1, 4, 6, 2},
     [](TestGraph& g, ValueId x) { return g.builder.emit(SpaceToDepth{.block = 2}, {x}); }},
    {"depth_to_space",
     {1, 2, 3, 8},
     [](TestGraph& g, ValueId x) { return g.builder.emit(DepthToSpace{.block = 2}, {x}); }},
};

class Lowering : public testing::TestWithParam<Case> {};

TEST_P(Lowering, AgreesWithTheReferenceKernel) {
  const Case& test_case = GetParam();
  TestGraph g;
  const ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, test_case.input));
  g.builder.output(test_case.build(g, x));
  ASSERT_TRUE(g.builder.ok()) << g.builder.error().text();
  EXPECT_EQ(probe_xnnpack(g.module.graphs[0].nodes.back(), g.module.graphs[0].values), "");
  const auto values = test::ramp(test_case.input);
  const auto expected = test::run(g.module, {{test_case.input, values}}, false);
  const auto got = test::run(g.module, {{test_case.input, values}}, true);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-5f + 1e-5f * std::abs(expected[i])) << "element " << i;
}

INSTANTIATE_TEST_SUITE_P(Ops, Lowering, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tare
