// fully_connected and batch_matmul: naive products as oracle, the three ways, every combination of
// types, refusals.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/batch_matmul/batch_matmul.h"
#include "ops/fully_connected/fully_connected.h"
#include "support/one_node.h"

namespace tare::test {
namespace {

constexpr std::int64_t kRows = 5, kWidth = 32, kOutputs = 19;

std::vector<double> naive(const std::vector<double>& x, const std::vector<double>& w,
                          const std::vector<double>& b) {
  std::vector<double> y;
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t o = 0; o < kOutputs; ++o) {
      double sum = b[o];
      for (std::size_t i = 0; i < kWidth; ++i) sum += x[r * kWidth + i] * w[o * kWidth + i];
      y.push_back(sum);
    }
  }
  return y;
}

template <class T>
std::vector<double> real(const std::vector<T>& v, double scale, double zero = 0) {
  std::vector<double> result;
  for (const T e : v) result.push_back((static_cast<double>(e) - zero) * scale);
  return result;
}

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<double>& want, double scale,
                 double zero, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR((static_cast<double>(got[i]) - zero) * scale, want[i], tolerance) << i;
}

const std::vector<double> kNoBias(kOutputs, 0.0);

TEST(FullyConnected, FloatsAgreeWithANaiveProduct) {
  const auto x = random_floats(kRows * kWidth, 1), w = random_floats(kOutputs * kWidth, 2),
             b = random_floats(kOutputs, 3);
  const Outcome got =
      expect_agreement(OneNode(FullyConnected{})
                           .feed(tensor_type(DType::kFloat32, {kRows, kWidth}), x)
                           .constant(tensor_type(DType::kFloat32, {kOutputs, kWidth}), w)
                           .constant(tensor_type(DType::kFloat32, {kOutputs}), b),
                       {});
  expect_near(got.output<float>(), naive(real(x, 1), real(w, 1), real(b, 1)), 1, 0, 1e-4);
}

TEST(FullyConnected, FlattensOrKeepsDimensions) {
  const auto x = random_floats(2 * 4 * kWidth / 2, 1), w = random_floats(kOutputs * kWidth, 2);
  const auto shape = [&](bool keep, Shape from) {
    const Outcome got =
        expect_agreement(OneNode(FullyConnected{.keep_num_dims = keep})
                             .feed(tensor_type(DType::kFloat32, from), x)
                             .constant(tensor_type(DType::kFloat32, {kOutputs, kWidth}), w),
                         {});
    return got.outputs.empty() ? got.error : got.outputs[0].type.shape.text();
  };
  EXPECT_EQ(shape(false, {2, 4, kWidth / 2}), "[4,19]");
  EXPECT_EQ(shape(false, {2, 2, kWidth}), "[4,19]");
  EXPECT_EQ(shape(true, {2, 2, kWidth}), "[2,2,19]");
}

TEST(FullyConnected, QuantisedTypesAreWithinOneStep) {
  const auto b = random_integers<std::int32_t>(kOutputs, 3, -3000, 3000);
  const TensorType bias = tensor_type(DType::kInt32, {kOutputs});
  const auto x8 = random_integers<std::int8_t>(kRows * kWidth, 1, -128, 127),
             w8 = random_integers<std::int8_t>(kOutputs * kWidth, 2, -127, 127);
  const Outcome int8 =
      expect_agreement(OneNode(FullyConnected{})
                           .feed(quantised(DType::kInt8, {kRows, kWidth}, 0.02f, 4), x8)
                           .constant(quantised(DType::kInt8, {kOutputs, kWidth}, 0.01f), w8)
                           .constant(bias, b)
                           .output(quantised(DType::kInt8, Shape::unknown(), 0.2f, 7)),
                       {.tolerance = 1});
  expect_near(int8.output<std::int8_t>(), naive(real(x8, 0.02, 4), real(w8, 0.01), real(b, 0.0002)),
              0.2, 7, 0.11);

  const auto xu = random_integers<std::uint8_t>(kRows * kWidth, 1, 0, 255),
             wu = random_integers<std::uint8_t>(kOutputs * kWidth, 2, 1, 255);
  const Outcome uint8 =
      expect_agreement(OneNode(FullyConnected{})
                           .feed(quantised(DType::kUint8, {kRows, kWidth}, 0.02f, 130), xu)
                           .constant(quantised(DType::kUint8, {kOutputs, kWidth}, 0.01f, 120), wu)
                           .constant(bias, b)
                           .output(quantised(DType::kUint8, Shape::unknown(), 0.2f, 128)),
                       {.tolerance = 1});
  expect_near(uint8.output<std::uint8_t>(),
              naive(real(xu, 0.02, 130), real(wu, 0.01, 120), real(b, 0.0002)), 0.2, 128, 0.11);

  const auto x16 = random_integers<std::int16_t>(kRows * kWidth, 1, -32768, 32767);
  const auto b64 = random_integers<std::int64_t>(kOutputs, 3, -300000, 300000);
  const Outcome int16 =
      expect_agreement(OneNode(FullyConnected{})
                           .feed(quantised(DType::kInt16, {kRows, kWidth}, 0.0001f), x16)
                           .constant(quantised(DType::kInt8, {kOutputs, kWidth}, 0.01f), w8)
                           .constant(tensor_type(DType::kInt64, {kOutputs}), b64)
                           .output(quantised(DType::kInt16, Shape::unknown(), 0.001f)),
                       {.must_lower = false});
  expect_near(int16.output<std::int16_t>(),
              naive(real(x16, 0.0001), real(w8, 0.01), real(b64, 0.000001)), 0.001, 0, 0.00051);
}

TEST(FullyConnected, HybridIsCloseToFloat) {
  const auto x = random_floats(kRows * kWidth, 1);
  const auto w = random_integers<std::int8_t>(kOutputs * kWidth, 2, -127, 127);
  std::vector<float> scales;
  for (std::size_t o = 0; o < kOutputs; ++o) scales.push_back(0.001f * static_cast<float>(o + 1));
  for (const bool asymmetric : {false, true}) {
    const Outcome got =
        expect_agreement(OneNode(FullyConnected{.asymmetric_quantize_inputs = asymmetric})
                             .feed(tensor_type(DType::kFloat32, {kRows, kWidth}), x)
                             .constant(per_channel(DType::kInt8, {kOutputs, kWidth}, scales, 0), w),
                         {.tolerance = 0.02});
    auto weights = real(w, 1);
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] *= static_cast<double>(scales[i / kWidth]);
    expect_near(got.output<float>(), naive(real(x, 1), weights, kNoBias), 1, 0, 0.1);
  }
}

TEST(FullyConnected, BlocksOfWeightsHaveScalesOfTheirOwn) {
  const auto x = random_floats(kRows * kWidth, 1);
  const auto w = random_integers<std::int8_t>(kOutputs * kWidth, 2, -8, 7);
  auto q = std::make_shared<Quantization>();
  q->block_size = 8;
  q->axis = 1;
  for (std::size_t i = 0; i < kOutputs * kWidth / 8; ++i)
    q->scales.push_back(0.01f + 0.001f * static_cast<float>(i % 11));
  q->zero_points.assign(q->scales.size(), 0);
  TensorType type = tensor_type(DType::kInt4, {kOutputs, kWidth});
  type.quantization = q;
  auto weights = real(w, 1);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] *= static_cast<double>(q->scales[i / 8]);
  const Outcome got =
      expect_agreement(OneNode(FullyConnected{})
                           .feed(tensor_type(DType::kFloat32, {kRows, kWidth}), x)
                           .constant(type, w),
                       {.tolerance = 0.02, .must_lower = false, .round_trip = false});
  expect_near(got.output<float>(), naive(real(x, 1), weights, kNoBias), 1, 0, 0.02);
}

TEST(FullyConnected, ShuffledWeightsAreTheSameNumbers) {
  const auto x = random_integers<std::uint8_t>(4 * 32, 1, 0, 255),
             w = random_integers<std::uint8_t>(8 * 32, 2, 0, 255);
  const auto b = random_integers<std::int32_t>(8, 3, -3000, 3000);
  std::vector<std::uint8_t> shuffled;
  for (std::size_t o = 0; o < 8; o += 4)
    for (std::size_t k = 0; k < 32; k += 16)
      for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 16; ++j) {
          shuffled.push_back(w[(o + i) * 32 + k + j] ^ 0x80);
        }
  const TensorType in = quantised(DType::kUint8, {4, 32}, 0.02f, 128),
                   weights = quantised(DType::kUint8, {8, 32}, 0.01f, 128);
  const TensorType out = quantised(DType::kInt16, Shape::unknown(), 0.001f),
                   bias = tensor_type(DType::kInt32, {8});
  const Outcome plain = OneNode(FullyConnected{.output_dtype = DType::kInt16})
                            .feed(in, x)
                            .constant(weights, w)
                            .constant(bias, b)
                            .output(out)
                            .run(Way::kReference);
  const Outcome got = expect_agreement(
      OneNode(FullyConnected{.shuffled_weights = true, .output_dtype = DType::kInt16})
          .feed(in, x)
          .constant(weights, shuffled)
          .constant(bias, b)
          .output(out)
          .output(tensor_type(DType::kUint8, Shape::unknown())),
      {.must_lower = false});
  EXPECT_EQ(plain.error, "");
  EXPECT_EQ(got.output<std::int16_t>(), plain.output<std::int16_t>());
}

TEST(FullyConnected, RefusesWhatCannotBe) {
  const auto error = [](Shape x, Shape w, Shape b) {
    const auto data = [](const Shape& s) {
      return random_floats(static_cast<std::size_t>(s.elements()), 1);
    };
    return OneNode(FullyConnected{})
        .feed(tensor_type(DType::kFloat32, x), data(x))
        .constant(tensor_type(DType::kFloat32, w), data(w))
        .constant(tensor_type(DType::kFloat32, b), data(b))
        .run(Way::kReference)
        .error;
  };
  EXPECT_NE(error({3, 5}, {2, 4}, {2}).find("does not divide into rows of 4"), std::string::npos);
  EXPECT_NE(error({3, 4}, {2, 4}, {3}).find("bias: expected 2 values"), std::string::npos);
  EXPECT_NE(error({3, 4}, {2, 2, 2}, {2}).find("2 dimensions"), std::string::npos);
}

TEST(BatchMatMul, MultipliesEveryWayRound) {
  const auto a = random_floats(2 * 3 * 4 * 5, 1), b = random_floats(3 * 5 * 6, 2);
  for (const bool adj_x : {false, true}) {
    for (const bool adj_y : {false, true}) {
      const Shape sa = adj_x ? Shape{2, 3, 5, 4} : Shape{2, 3, 4, 5},
                  sb = adj_y ? Shape{3, 6, 5} : Shape{3, 5, 6};
      const Outcome got = expect_agreement(OneNode(BatchMatMul{.adj_x = adj_x, .adj_y = adj_y})
                                               .feed(tensor_type(DType::kFloat32, sa), a)
                                               .feed(tensor_type(DType::kFloat32, sb), b),
                                           {.must_lower = false});
      ASSERT_EQ(got.outputs[0].type.shape.text(), "[2,3,4,6]");
      for (std::size_t n = 0; n < 6; ++n)
        for (std::size_t i = 0; i < 4; ++i)
          for (std::size_t j = 0; j < 6; ++j) {
            double want = 0;
            for (std::size_t k = 0; k < 5; ++k)
              want += static_cast<double>(a[n * 20 + (adj_x ? k * 4 + i : i * 5 + k)] *
                                          b[n % 3 * 30 + (adj_y ? j * 5 + k : k * 6 + j)]);
            ASSERT_NEAR(static_cast<double>(got.output<float>()[n * 24 + i * 6 + j]), want, 1e-5);
          }
    }
  }
}

TEST(BatchMatMul, OneConstantMatrixIsADenseLayer) {
  const auto a = random_floats(2 * 7 * 16, 1);
  const auto w = random_integers<std::int8_t>(16 * 9, 2, -127, 127);
  for (const bool adj_y : {false, true}) {
    const Shape shape = adj_y ? Shape{9, 16} : Shape{16, 9};
    expect_agreement(OneNode(BatchMatMul{.adj_y = adj_y})
                         .feed(tensor_type(DType::kFloat32, {2, 7, 16}), a)
                         .constant(tensor_type(DType::kFloat32, shape), random_floats(16 * 9, 3)),
                     {});
    expect_agreement(OneNode(BatchMatMul{.adj_y = adj_y, .asymmetric_quantize_inputs = true})
                         .feed(tensor_type(DType::kFloat32, {2, 7, 16}), a)
                         .constant(quantised(DType::kInt8, shape, 0.01f), w),
                     {.tolerance = 0.02});
  }
}

TEST(BatchMatMul, OtherTypesMultiplyExactly) {
  const std::vector<std::int32_t> a = {1, -2, 3, 4}, b = {5, 6, -7, 8};
  const TensorType type = tensor_type(DType::kInt32, {2, 2});
  EXPECT_EQ(OneNode(BatchMatMul{})
                .feed(type, a)
                .feed(type, b)
                .output(tensor_type(DType::kInt32, Shape::unknown()))
                .run(Way::kReference)
                .output<std::int32_t>(),
            (std::vector<std::int32_t>{19, -10, -13, 50}));
  const std::vector<std::int8_t> a8 = {1, -2, 3, 4}, b8 = {5, 6, -7, 8};
  EXPECT_EQ(OneNode(BatchMatMul{.output_dtype = DType::kInt32})
                .feed(quantised(DType::kInt8, {2, 2}, 0.1f, 3), a8)
                .feed(quantised(DType::kInt8, {2, 2}, 0.1f, 2), b8)
                .output(tensor_type(DType::kInt32, Shape::unknown()))
                .run(Way::kReference)
                .output<std::int32_t>(),
            (std::vector<std::int32_t>{19, -10, -13, 50}));
  // [i] * [i] = -1, and with the second adjoint 1.
  const TensorType complex = tensor_type(DType::kComplex64, {1, 1});
  const std::vector<float> i = {0, 1};
  const TensorType out = tensor_type(DType::kComplex64, Shape::unknown());
  EXPECT_EQ(OneNode(BatchMatMul{})
                .feed(complex, i)
                .feed(complex, i)
                .output(out)
                .run(Way::kReference)
                .output<float>(),
            (std::vector<float>{-1, 0}));
  EXPECT_EQ(OneNode(BatchMatMul{.adj_y = true})
                .feed(complex, i)
                .feed(complex, i)
                .output(out)
                .run(Way::kReference)
                .output<float>(),
            (std::vector<float>{1, 0}));
}

TEST(BatchMatMul, RefusesWhatCannotBe) {
  const auto error = [](Shape a, Shape b) {
    return OneNode(BatchMatMul{})
        .feed(tensor_type(DType::kFloat32, a),
              random_floats(static_cast<std::size_t>(a.elements()), 1))
        .feed(tensor_type(DType::kFloat32, b),
              random_floats(static_cast<std::size_t>(b.elements()), 2))
        .run(Way::kReference)
        .error;
  };
  EXPECT_NE(error({2, 3}, {4, 2}).find("do not multiply"), std::string::npos);
  EXPECT_NE(error({2, 2, 3}, {3, 3, 2}).find("do not broadcast"), std::string::npos);
  EXPECT_NE(error({3}, {3, 2}).find("2 dimensions at least"), std::string::npos);
}

}  // namespace
}  // namespace tare::test
