// The border between floats and stored integers: rounding, clamping, odd values.
#include "api/quantised_io.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace tare {
namespace {

TensorType quantised(DType dtype, float scale, std::int32_t zero_point, Dim count) {
  TensorType type = tensor_type(dtype, Shape{count});
  type.quantization =
      std::make_shared<Quantization>(Quantization{.scales = {scale}, .zero_points = {zero_point}});
  return type;
}

std::vector<std::int64_t> quantised_values(const TensorType& type,
                                           const std::vector<float>& reals) {
  TensorValue value = TensorValue::zeros(type);
  Tensor tensor = value.view();
  quantise(reals, tensor);
  std::vector<std::int64_t> stored;
  for (std::int64_t i = 0; i < tensor.elements(); ++i) stored.push_back(integer_at(tensor, i));
  return stored;
}

TEST(QuantisedIo, RoundsHalfAwayFromZero) {
  EXPECT_EQ(quantised_values(quantised(DType::kInt8, 0.5f, 3, 6),
                             {0.25f, -0.25f, 0.75f, -0.75f, 0.2f, 0.0f}),
            (std::vector<std::int64_t>{4, 2, 5, 1, 3, 3}));
}

TEST(QuantisedIo, ClampsToTheElementType) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(quantised_values(quantised(DType::kInt8, 1, 0, 4), {1e9f, -1e9f, inf, -inf}),
            (std::vector<std::int64_t>{127, -128, 127, -128}));
  EXPECT_EQ(quantised_values(quantised(DType::kUint8, 1, 128, 2), {200, -200}),
            (std::vector<std::int64_t>{255, 0}));
  EXPECT_EQ(quantised_values(quantised(DType::kInt16, 1, 0, 2), {40000, -40000}),
            (std::vector<std::int64_t>{32767, -32768}));
  EXPECT_EQ(quantised_values(quantised(DType::kInt4, 1, 0, 2), {9, -9}),
            (std::vector<std::int64_t>{7, -8}));
}

TEST(QuantisedIo, NanBecomesTheZeroPoint) {
  EXPECT_EQ(quantised_values(quantised(DType::kInt8, 1, 5, 1), {std::nanf("")}),
            (std::vector<std::int64_t>{5}));
}

TEST(QuantisedIo, DequantisesEveryStep) {
  TensorValue value = TensorValue::zeros(quantised(DType::kInt8, 0.25f, -10, 3));
  const std::span<std::int8_t> stored = value.view().as<std::int8_t>();
  stored[0] = -128;
  stored[1] = -10;
  stored[2] = 127;
  std::vector<float> reals(3);
  dequantise(value.view(), reals);
  EXPECT_EQ(reals, (std::vector<float>{-29.5f, 0.0f, 34.25f}));
}

TEST(QuantisedIo, OnlySmallIntegersWithOneScaleAreFloats) {
  EXPECT_TRUE(is_quantised_io(quantised(DType::kInt16, 1, 0, 1)));
  EXPECT_FALSE(is_quantised_io(quantised(DType::kInt32, 1, 0, 1)));
  EXPECT_FALSE(is_quantised_io(quantised(DType::kFloat32, 1, 0, 1)));
  EXPECT_FALSE(is_quantised_io(tensor_type(DType::kInt8, Shape{1})));
  TensorType channels = quantised(DType::kInt8, 1, 0, 2);
  channels.quantization =
      std::make_shared<Quantization>(Quantization{.scales = {1, 2}, .zero_points = {0, 0}});
  EXPECT_FALSE(is_quantised_io(channels));
}

}  // namespace
}  // namespace tare
