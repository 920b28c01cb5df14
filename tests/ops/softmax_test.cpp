// softmax, log_softmax and the fixed-point functions under them, against the C library.
#include "ops/softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/common/fixed_point_functions.h"
#include "ops/common/int16_table.h"
#include "ops/log_softmax.h"
#include "support/one_node.h"

namespace tare::test {
namespace {

double real(std::int32_t raw, int integer_bits) { return std::ldexp(raw, integer_bits - 31); }
std::int32_t fixed(double v, int integer_bits) {
  return static_cast<std::int32_t>(std::round(std::ldexp(v, 31 - integer_bits)));
}

TEST(FixedPoint, FunctionsFollowTheRealOnes) {
  for (double x = 0.0; x < 31.0; x += 0.37)
    EXPECT_NEAR(real(exp_of_negative(fixed(-x, 5), 5), 0), std::exp(-x), 2e-7) << x;
  for (double x = 0.0; x < 1.0; x += 0.013)
    EXPECT_NEAR(real(one_over_one_plus(fixed(x, 0)), 0), 1 / (1 + x), 2e-8) << x;
  for (double x = 1.0; x < 4000.0; x *= 1.17)
    EXPECT_NEAR(real(log_of_at_least_one(fixed(x, 12), 12, 5), 5), std::log(x), 1e-6) << x;
  for (double x = 1.0; x < 4000.0; x *= 1.31) {
    const Reciprocal r = reciprocal_of(fixed(x, 12), 12);
    EXPECT_NEAR(std::ldexp(real(r.mantissa, 0), -r.bits_over_unit), 1 / x, 1e-6 / x)
        << x;  // fixed(x, 12) rounds x itself
  }
  for (std::int64_t x = 2; x < 1 << 30; x = x * 3 + 1) {
    const QuantizedMultiplier m = inverse_square_root(static_cast<std::int32_t>(x));
    const double root = std::sqrt(static_cast<double>(x));
    EXPECT_NEAR(std::ldexp(real(m.multiplier, 0), m.shift) * root, 1.0, 2e-6) << x;
  }
}

TEST(FixedPoint, TablesInterpolate) {
  const Int16Table table(Int16TableScales<double>{10.0 / 65535, 32767, 2.0 / 65535, 0},
                         [](double v, const void*) { return std::exp(v); });
  for (int x = -32768; x <= 32767; x += 97) {
    EXPECT_NEAR(table(static_cast<std::int16_t>(x)) / 32768.0, std::exp((x - 32768) * 10.0 / 65536),
                1e-4)
        << x;  // 512 steps over [-10, 0]
  }
}

std::vector<double> softmax(const std::vector<double>& x, bool log) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  std::vector<double> y;
  for (const double v : x) y.push_back(log ? v - std::log(sum) : std::exp(v) / sum);
  return y;
}

const std::vector<std::int32_t> kSteps = {-40, 3, 90, -128, 127, 60, 61, 100};
constexpr float kScale = 0.05f;

std::vector<double> inputs() {
  std::vector<double> x;
  for (const std::int32_t v : kSteps) x.push_back(v * static_cast<double>(kScale));
  return x;
}

template <class T>
std::vector<T> as(std::int32_t offset) {
  std::vector<T> x;
  for (const std::int32_t v : kSteps) x.push_back(static_cast<T>(v + offset));
  return x;
}

template <class T>
void expect_steps(const std::vector<T>& got, const std::vector<double>& want, double scale,
                  double zero, double tolerance) {
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(got[i], std::fmax(want[i] / scale + zero, std::numeric_limits<T>::min()), tolerance)
        << i;
}

TEST(Softmax, EveryTypeFollowsTheRealFunction) {
  const auto want = softmax(inputs(), false);
  std::vector<float> x;
  for (const double v : inputs()) x.push_back(static_cast<float>(v));
  const Outcome f32 =
      expect_agreement(OneNode(Softmax{}).feed(tensor_type(DType::kFloat32, {1, 8}), x), {});
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(static_cast<double>(f32.output<float>()[i]), want[i], 1e-6);
  const Agreement reference_only{.must_lower = false};
  expect_steps(
      expect_agreement(OneNode(Softmax{})
                           .feed(quantised(DType::kInt8, {1, 8}, kScale), as<std::int8_t>(0))
                           .output(quantised(DType::kInt8, Shape::unknown(), 1.0f / 256, -128)),
                       reference_only)
          .output<std::int8_t>(),
      want, 1.0 / 256, -128, 1);
  expect_steps(expect_agreement(
                   OneNode(Softmax{})
                       .feed(quantised(DType::kUint8, {1, 8}, kScale, 128), as<std::uint8_t>(128))
                       .output(quantised(DType::kUint8, Shape::unknown(), 1.0f / 256, 0)),
                   reference_only)
                   .output<std::uint8_t>(),
               want, 1.0 / 256, 0, 1);
  expect_steps(expect_agreement(
                   OneNode(Softmax{.output_dtype = DType::kInt16})
                       .feed(quantised(DType::kInt8, {1, 8}, kScale), as<std::int8_t>(0))
                       .output(quantised(DType::kInt16, Shape::unknown(), 1.0f / 65536, -32768)),
                   {.must_lower = false, .round_trip = false})
                   .output<std::int16_t>(),
               want, 1.0 / 65536, -32768, 4);
  expect_steps(
      expect_agreement(OneNode(Softmax{})
                           .feed(quantised(DType::kInt16, {1, 8}, kScale), as<std::int16_t>(0))
                           .output(quantised(DType::kInt16, Shape::unknown(), 1.0f / 32768)),
                       reference_only)
          .output<std::int16_t>(),
      want, 1.0 / 32768, 0, 8);
}

TEST(Softmax, BetaSharpens) {
  const Outcome got = expect_agreement(
      OneNode(Softmax{.beta = 2}).feed(tensor_type(DType::kFloat32, {2}), std::vector<float>{0, 1}),
      {.must_lower = false});
  EXPECT_NEAR(static_cast<double>(got.output<float>()[1]), 1 / (1 + std::exp(-2.0)), 1e-6);
}

TEST(LogSoftmax, EveryTypeFollowsTheRealFunction) {
  const auto want = softmax(inputs(), true);
  std::vector<float> x;
  for (const double v : inputs()) x.push_back(static_cast<float>(v));
  const Agreement reference_only{.must_lower = false};
  const Outcome f32 = expect_agreement(
      OneNode(LogSoftmax{}).feed(tensor_type(DType::kFloat32, {1, 8}), x), reference_only);
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(static_cast<double>(f32.output<float>()[i]), want[i], 1e-5);
  expect_steps(
      expect_agreement(OneNode(LogSoftmax{})
                           .feed(quantised(DType::kInt8, {1, 8}, kScale), as<std::int8_t>(0))
                           .output(quantised(DType::kInt8, Shape::unknown(), 1.0f / 16, 127)),
                       reference_only)
          .output<std::int8_t>(),
      want, 1.0 / 16, 127, 1);
  expect_steps(expect_agreement(
                   OneNode(LogSoftmax{})
                       .feed(quantised(DType::kUint8, {1, 8}, kScale, 128), as<std::uint8_t>(128))
                       .output(quantised(DType::kUint8, Shape::unknown(), 1.0f / 16, 255)),
                   reference_only)
                   .output<std::uint8_t>(),
               want, 1.0 / 16, 255, 1);
}

}  // namespace
}  // namespace tare::test
