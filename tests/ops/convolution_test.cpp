// conv_2d, depthwise_conv_2d, transpose_conv, conv_3d: a naive convolution as oracle, the three
// ways, and refusals.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/conv_2d/conv_2d.h"
#include "ops/conv_3d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/transpose_conv/transpose_conv.h"
#include "support/one_node.h"

namespace tare::test {
namespace {

struct Case {
  const char* name;
  Shape x, w;
  std::array<WindowAxis, 2> axes{};
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
};

const Case kCases[] = {
    {"plain", {2, 7, 8, 3}, {5, 3, 3, 3}},
    {"valid with strides",
     {1, 9, 8, 4},
     {18, 3, 2, 4},
     {{{.stride = 2}, {.stride = 3}}},
     Padding::kValid},
    {"dilated", {1, 11, 9, 2}, {3, 3, 3, 2}, {{{.dilation = 2}, {.dilation = 3}}}},
    {"groups", {1, 6, 6, 8}, {12, 3, 3, 2}},
    {"dilated groups",
     {1, 8, 8, 6},
     {6, 3, 3, 3},
     {{{.dilation = 2}, {.dilation = 2}}},
     Padding::kValid,
     Activation::kRelu},
    {"explicit padding",
     {1, 5, 6, 3},
     {4, 3, 3, 3},
     {{{.pad_before = 2, .pad_after = 0}, {.pad_before = 1, .pad_after = 3}}},
     Padding::kExplicit},
    {"window beyond the image", {1, 3, 3, 2}, {2, 5, 5, 2}},
    {"folded row",
     {2, 1, 30, 1},
     {5, 1, 8, 1},
     {{{}, {.stride = 4}}},
     Padding::kSame,
     Activation::kRelu},
    {"folded row of pairs", {2, 1, 22, 2}, {3, 1, 6, 2}, {{{}, {.stride = 2}}}, Padding::kValid},
    {"row with a rest", {1, 1, 25, 1}, {2, 1, 8, 1}, {{{}, {.stride = 4}}}, Padding::kValid},
    {"points", {3, 4, 4, 17}, {33, 1, 1, 17}, {}, Padding::kValid, Activation::kRelu6},
};

// Element by element, in double.
std::vector<double> naive(const Case& k, const Shape& y, const std::vector<double>& x,
                          const std::vector<double>& w, const std::vector<double>& bias) {
  const std::int64_t groups = k.x[3] / k.w[3], per_group = k.w[0] / groups;
  std::vector<double> out;
  for (std::int64_t n = 0; n < y[0]; ++n)
    for (std::int64_t oy = 0; oy < y[1]; ++oy)
      for (std::int64_t ox = 0; ox < y[2]; ++ox)
        for (std::int64_t o = 0; o < y[3]; ++o) {
          double sum = bias[static_cast<std::size_t>(o)];
          for (std::int64_t fy = 0; fy < k.w[1]; ++fy)
            for (std::int64_t fx = 0; fx < k.w[2]; ++fx) {
              const std::int64_t iy = oy * k.axes[0].stride + fy * k.axes[0].dilation -
                                      window_padding(k.x[1], k.w[1], k.axes[0], k.padding).before;
              const std::int64_t ix = ox * k.axes[1].stride + fx * k.axes[1].dilation -
                                      window_padding(k.x[2], k.w[2], k.axes[1], k.padding).before;
              if (iy < 0 || ix < 0 || iy >= k.x[1] || ix >= k.x[2]) continue;
              for (std::int64_t c = 0; c < k.w[3]; ++c) {
                sum += x[static_cast<std::size_t>(((n * k.x[1] + iy) * k.x[2] + ix) * k.x[3] +
                                                  o / per_group * k.w[3] + c)] *
                       w[static_cast<std::size_t>(((o * k.w[1] + fy) * k.w[2] + fx) * k.w[3] + c)];
              }
            }
          const Range range = activation_range(k.activation);
          out.push_back(std::fmin(std::fmax(sum, static_cast<double>(range.min)),
                                  static_cast<double>(range.max)));
        }
  return out;
}

template <class T>
std::vector<double> doubles(const std::vector<T>& v, double scale = 1, double zero = 0) {
  std::vector<double> result;
  for (const T e : v) result.push_back((static_cast<double>(e) - zero) * scale);
  return result;
}

std::size_t size(const Shape& s) { return static_cast<std::size_t>(s.elements()); }

TEST(Conv2D, FloatsAgreeWithANaiveConvolution) {
  for (const Case& k : kCases) {
    SCOPED_TRACE(k.name);
    const auto x = random_floats(size(k.x), 1), w = random_floats(size(k.w), 2),
               b = random_floats(static_cast<std::size_t>(k.w[0]), 3);
    const bool written = k.padding != Padding::kExplicit;
    const Outcome got = expect_agreement(OneNode(Conv2D{k.axes, k.padding, k.activation})
                                             .feed(tensor_type(DType::kFloat32, k.x), x)
                                             .constant(tensor_type(DType::kFloat32, k.w), w)
                                             .constant(tensor_type(DType::kFloat32, {k.w[0]}), b),
                                         {.tolerance = 1e-5, .round_trip = written});
    ASSERT_EQ(got.error, "");
    const auto want = naive(k, got.outputs[0].type.shape, doubles(x), doubles(w), doubles(b));
    const auto out = got.output<float>();
    ASSERT_EQ(out.size(), want.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      ASSERT_NEAR(static_cast<double>(out[i]), want[i], 1e-4) << i;
  }
}

TEST(Conv2D, QuantisedResultsAreWithinOneStepOfTheRealOnes) {
  for (const Case& k : kCases) {
    SCOPED_TRACE(k.name);
    const auto x = random_integers<std::int8_t>(size(k.x), 4, -128, 127),
               w = random_integers<std::int8_t>(size(k.w), 5, -127, 127);
    std::vector<float> scales;
    std::vector<double> bias;
    const auto b = random_integers<std::int32_t>(static_cast<std::size_t>(k.w[0]), 6, -2000, 2000);
    auto real_w = doubles(w);
    for (std::size_t o = 0; o < static_cast<std::size_t>(k.w[0]); ++o) {
      scales.push_back(0.004f + 0.001f * static_cast<float>(o % 7));
      bias.push_back(b[o] * 0.02 * static_cast<double>(scales[o]));
      for (std::size_t i = 0; i < size(k.w) / static_cast<std::size_t>(k.w[0]); ++i)
        real_w[o * size(k.w) / static_cast<std::size_t>(k.w[0]) + i] *=
            static_cast<double>(scales[o]);
    }
    const Outcome got =
        expect_agreement(OneNode(Conv2D{k.axes, k.padding, k.activation})
                             .feed(quantised(DType::kInt8, k.x, 0.02f, 3), x)
                             .constant(per_channel(DType::kInt8, k.w, scales, 0), w)
                             .constant(tensor_type(DType::kInt32, {k.w[0]}), b)
                             .output(quantised(DType::kInt8, Shape::unknown(), 0.1f, -5)),
                         {.tolerance = 1, .round_trip = k.padding != Padding::kExplicit});
    ASSERT_EQ(got.error, "");
    const auto want = naive(k, got.outputs[0].type.shape, doubles(x, 0.02, 3), real_w, bias);
    const auto out = got.output<std::int8_t>();
    for (std::size_t i = 0; i < out.size(); ++i) {
      ASSERT_NEAR(out[i], std::fmin(std::fmax(want[i] / 0.1 - 5, -128), 127), 1.0) << i;
    }
  }
}

TEST(Conv2D, FiltersFedAtRunTimeRunOnTheReferenceKernel) {
  const Case& k = kCases[0];
  const auto x = random_floats(size(k.x), 1), w = random_floats(size(k.w), 2);
  const Outcome fixed = OneNode(Conv2D{})
                            .feed(tensor_type(DType::kFloat32, k.x), x)
                            .constant(tensor_type(DType::kFloat32, k.w), w)
                            .run(Way::kReference);
  const Outcome fed = OneNode(Conv2D{})
                          .feed(tensor_type(DType::kFloat32, k.x), x)
                          .feed(tensor_type(DType::kFloat32, k.w), w)
                          .run(Way::kLowered);
  EXPECT_FALSE(fed.lowered);
  EXPECT_EQ(fed.reason, "the filter is not constant");
  EXPECT_EQ(fed.output<float>(), fixed.output<float>());
}

TEST(Conv2D, HybridIsCloseToFloat) {
  const Case& k = kCases[1];
  const auto x = random_floats(size(k.x), 7);
  const auto w = random_integers<std::int8_t>(size(k.w), 8, -127, 127);
  const Outcome got = expect_agreement(OneNode(Conv2D{k.axes, k.padding})
                                           .feed(tensor_type(DType::kFloat32, k.x), x)
                                           .constant(quantised(DType::kInt8, k.w, 0.01f), w),
                                       {.tolerance = 0.02});
  const auto want = naive(k, got.outputs[0].type.shape, doubles(x), doubles(w, 0.01),
                          std::vector<double>(18, 0.0));
  for (std::size_t i = 0; i < want.size(); ++i)
    ASSERT_NEAR(static_cast<double>(got.output<float>()[i]), want[i], 0.08);
}

TEST(Conv2D, RefusesWhatCannotBe) {
  const auto error = [](Conv2D op, Shape x, Shape w) {
    return OneNode(op)
        .feed(tensor_type(DType::kFloat32, x), random_floats(size(x), 1))
        .constant(tensor_type(DType::kFloat32, w), random_floats(size(w), 2))
        .run(Way::kReference)
        .error;
  };
  EXPECT_NE(error({}, {1, 4, 4, 3}, {2, 3, 3, 2}).find("no multiple"), std::string::npos);
  EXPECT_NE(error({}, {1, 4, 4, 4}, {3, 3, 3, 2}).find("do not divide into 2 groups"),
            std::string::npos);
  EXPECT_NE(error({}, {4, 4, 4}, {3, 3, 3, 4}).find("4 dimensions"), std::string::npos);
  EXPECT_NE(error({.axes = {{{.stride = 0}, {}}}}, {1, 4, 4, 4}, {3, 3, 3, 4})
                .find("strides must be positive"),
            std::string::npos);
  EXPECT_NE(OneNode(Conv2D{})
                .feed(quantised(DType::kInt8, {1, 2, 2, 1}, 0.1f), std::vector<std::int8_t>(4))
                .constant(quantised(DType::kInt8, {1, 1, 1, 1}, 0.1f), std::vector<std::int8_t>(1))
                .output(tensor_type(DType::kInt8, Shape::unknown()))
                .run(Way::kReference)
                .error.find("output without quantisation"),
            std::string::npos);
}

TEST(DepthwiseConv2D, EachChannelIsAConvolutionOfItsOwn) {
  const Shape x = {2, 6, 7, 5}, w = {1, 3, 3, 15}, plain_w = {15, 3, 3, 1};
  const auto data = random_floats(size(x), 1), weights = random_floats(size(w), 2);
  std::vector<float> plain(weights.size());
  for (std::size_t p = 0; p < 9; ++p)
    for (std::size_t c = 0; c < 15; ++c) plain[c * 9 + p] = weights[p * 15 + c];
  for (const std::int64_t dilation : {1, 2}) {
    const std::array<WindowAxis, 2> axes{{{.dilation = dilation}, {.dilation = dilation}}};
    const Outcome got = expect_agreement(OneNode(DepthwiseConv2D{axes})
                                             .feed(tensor_type(DType::kFloat32, x), data)
                                             .constant(tensor_type(DType::kFloat32, w), weights),
                                         {});
    const Outcome want = OneNode(Conv2D{axes})
                             .feed(tensor_type(DType::kFloat32, x), data)
                             .constant(tensor_type(DType::kFloat32, plain_w), plain)
                             .run(Way::kReference);
    EXPECT_EQ(got.output<float>(), want.output<float>());
  }
}

TEST(DepthwiseConv2D, HybridRunsInFloatOnXnnpack) {
  const Shape x = {1, 6, 7, 4}, w = {1, 3, 3, 4};
  expect_agreement(OneNode(DepthwiseConv2D{})
                       .feed(tensor_type(DType::kFloat32, x), random_floats(size(x), 1))
                       .constant(per_channel(DType::kInt8, w, {0.01f, 0.02f, 0.005f, 0.03f}, 3),
                                 random_integers<std::int8_t>(size(w), 2, -127, 127)),
                   {.tolerance = 0.02});
}

TEST(TransposeConv, IsTheGradientOfAConvolution) {
  // <conv(u), v> = <u, transpose(v)> for every u and v.
  for (const Padding padding : {Padding::kSame, Padding::kValid}) {
    const Shape u = {1, 7, 9, 2}, w = {3, 3, 2, 2}, swapped = {2, 3, 2, 3};
    const std::array<WindowAxis, 2> axes{{{.stride = 2}, {.stride = 3}}};
    const auto us = random_floats(size(u), 1), ws = random_floats(size(w), 2);
    const Outcome forward = OneNode(Conv2D{axes, padding})
                                .feed(tensor_type(DType::kFloat32, u), us)
                                .constant(tensor_type(DType::kFloat32, w), ws)
                                .run(Way::kReference);
    const Shape v = forward.outputs.at(0).type.shape;
    const auto vs = random_floats(size(v), 3);
    std::vector<float> back(ws.size());
    for (std::size_t o = 0; o < 3; ++o)
      for (std::size_t p = 0; p < 6; ++p)
        for (std::size_t i = 0; i < 2; ++i) back[(i * 6 + p) * 3 + o] = ws[(o * 6 + p) * 2 + i];
    const Outcome transpose = expect_agreement(
        OneNode(TransposeConv{.axes = axes, .padding = padding})
            .constant(tensor_type(DType::kInt32, {4}), std::vector<std::int32_t>{1, 7, 9, 2})
            .constant(tensor_type(DType::kFloat32, swapped), back)
            .feed(tensor_type(DType::kFloat32, v), vs),
        {});
    double left = 0, right = 0;
    const auto f = forward.output<float>(), t = transpose.output<float>();
    for (std::size_t i = 0; i < f.size(); ++i) left += static_cast<double>(f[i] * vs[i]);
    for (std::size_t i = 0; i < t.size(); ++i) right += static_cast<double>(t[i] * us[i]);
    EXPECT_NEAR(left, right, 1e-4);
  }
}

TEST(TransposeConv, TakesItsExtentFromTheInputAsKerasAndMediaPipeDo) {
  const auto extent = [](TransposeConv op) {
    const Outcome got =
        OneNode(op)
            .absent()
            .constant(tensor_type(DType::kFloat32, {1, 3, 3, 1}), random_floats(9, 1))
            .feed(tensor_type(DType::kFloat32, {1, 4, 5, 1}), random_floats(20, 2))
            .run(Way::kReference);
    return got.error.empty() ? got.outputs[0].type.shape.text() : got.error;
  };
  const std::array<WindowAxis, 2> axes{{{.stride = 2}, {.stride = 2}}};
  EXPECT_EQ(extent({.axes = axes, .padding = Padding::kSame, .output = TransposeOutput::kStrided}),
            "[1,8,10,1]");
  EXPECT_EQ(extent({.axes = axes, .padding = Padding::kValid, .output = TransposeOutput::kStrided}),
            "[1,9,11,1]");
  EXPECT_EQ(extent({.axes = axes,
                    .padding = Padding::kValid,
                    .output = TransposeOutput::kStrided,
                    .output_padding = {1, 0}}),
            "[1,10,11,1]");
  EXPECT_EQ(
      extent({.axes = axes, .padding = Padding::kSame, .output = TransposeOutput::kMediaPipe}),
      "[1,8,9,1]");
}

TEST(Conv3D, AgreesWithConv2DWhereDepthIsOne) {
  const Shape x = {2, 6, 5, 3};
  const auto data = random_floats(size(x), 1), w = random_floats(4 * 9 * 3, 2);
  std::vector<float> deep(w.size());
  for (std::size_t o = 0; o < 4; ++o)
    for (std::size_t k = 0; k < 27; ++k) deep[k * 4 + o] = w[o * 27 + k];
  const Outcome want = OneNode(Conv2D{})
                           .feed(tensor_type(DType::kFloat32, x), data)
                           .constant(tensor_type(DType::kFloat32, {4, 3, 3, 3}), w)
                           .run(Way::kReference);
  const Outcome got =
      expect_agreement(OneNode(Conv3D{})
                           .feed(tensor_type(DType::kFloat32, {2, 1, 6, 5, 3}), data)
                           .constant(tensor_type(DType::kFloat32, {1, 3, 3, 3, 4}), deep),
                       {.must_lower = false});
  EXPECT_EQ(got.output<float>(), want.output<float>());
}

TEST(Conv3DTranspose, UndoesAUnitStride) {
  // A window of one place with weight 2, stride 2: elements spread apart and doubled.
  const Outcome got = expect_agreement(
      OneNode(Conv3DTranspose{.axes = {{{.stride = 1}, {.stride = 2}, {.stride = 2}}},
                              .padding = Padding::kValid})
          .constant(tensor_type(DType::kInt32, {5}), std::vector<std::int32_t>{1, 1, 3, 3, 1})
          .constant(tensor_type(DType::kFloat32, {1, 1, 1, 1, 1}), std::vector<float>{2})
          .feed(tensor_type(DType::kFloat32, {1, 1, 2, 2, 1}), std::vector<float>{1, 2, 3, 4}),
      {.must_lower = false});
  EXPECT_EQ(got.output<float>(), (std::vector<float>{2, 0, 4, 0, 0, 0, 6, 0, 8}));
}

}  // namespace
}  // namespace tare::test
