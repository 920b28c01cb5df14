// The tolerance rules of the conformance suites.
#include "cli/compare_tensors.h"

#include <gtest/gtest.h>

#include "cli/elements.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

TensorValue tensor(DType dtype, std::vector<std::string> numbers) {
  const auto count = static_cast<Dim>(numbers.size());
  TensorValue value =
      TensorValue::zeros(tensor_type(dtype, Shape{is_complex(dtype) ? count / 2 : count}));
  Tensor view = value.view();
  for (Dim i = 0; i < count; ++i)
    EXPECT_TRUE(set_text(view, i, numbers[static_cast<std::size_t>(i)]));
  return value;
}

bool matches(const TensorValue& got, const TensorValue& want, const Tolerance& tolerance = {}) {
  CaseTensor wanted;
  wanted.value = want;
  return mismatch(got.view(), wanted, tolerance).empty();
}

bool matches(DType dtype, std::vector<std::string> got, std::vector<std::string> want,
             const Tolerance& tolerance = {}) {
  return matches(tensor(dtype, std::move(got)), tensor(dtype, std::move(want)), tolerance);
}

TEST(Mismatch, RealsWithinAbsolutePlusRelative) {
  const Tolerance tolerance{.absolute = 0.5, .relative = 0.25};
  EXPECT_TRUE(matches(DType::kFloat32, {"5.5"}, {"4"}, tolerance));
  EXPECT_FALSE(matches(DType::kFloat32, {"5.6"}, {"4"}, tolerance));
  EXPECT_FALSE(matches(DType::kFloat32, {"2.4"}, {"4"}, tolerance));
  EXPECT_FALSE(matches(DType::kFloat32, {"4.0001"}, {"4"}));
}

TEST(Mismatch, NanAndInfinityEqualThemselvesOnly) {
  const Tolerance wide{.absolute = 1e30, .relative = 1};
  EXPECT_TRUE(matches(DType::kFloat32, {"nan", "inf", "-inf"}, {"nan", "inf", "-inf"}));
  EXPECT_FALSE(matches(DType::kFloat32, {"1"}, {"nan"}, wide));
  EXPECT_FALSE(matches(DType::kFloat32, {"nan"}, {"1"}, wide));
  EXPECT_FALSE(matches(DType::kFloat32, {"inf"}, {"-inf"}, wide));
  EXPECT_FALSE(matches(DType::kFloat32, {"inf"}, {"1"}, wide));
  EXPECT_FALSE(matches(DType::kFloat32, {"1"}, {"inf"}, wide));
}

TEST(Mismatch, IntegersExactlyUnlessQuantised) {
  const Tolerance step{.absolute = 1, .relative = 0, .quantised = true};
  EXPECT_FALSE(matches(DType::kInt8, {"5"}, {"6"}, {.absolute = 1}));
  EXPECT_TRUE(matches(DType::kInt8, {"5"}, {"6"}, step));
  EXPECT_FALSE(matches(DType::kInt8, {"4"}, {"6"}, step));
  EXPECT_FALSE(matches(DType::kInt32, {"5"}, {"6"}, step));
  EXPECT_FALSE(matches(DType::kBool, {"1"}, {"0"}, step));
  EXPECT_FALSE(matches(DType::kInt64, {"9007199254740993"}, {"9007199254740992"}));
  EXPECT_FALSE(matches(DType::kUint64, {"18446744073709551615"}, {"18446744073709551614"}));
}

TEST(Mismatch, SomeTypesMayStandForOthers) {
  EXPECT_TRUE(matches(tensor(DType::kInt32, {"5"}), tensor(DType::kInt64, {"5"})));
  EXPECT_FALSE(matches(tensor(DType::kInt32, {"5"}), tensor(DType::kInt64, {"6"})));
  EXPECT_FALSE(matches(tensor(DType::kInt64, {"5"}), tensor(DType::kInt32, {"5"})));
  EXPECT_TRUE(matches(tensor(DType::kInt4, {"-8"}), tensor(DType::kInt8, {"-8"})));
  EXPECT_FALSE(matches(tensor(DType::kInt8, {"5"}), tensor(DType::kInt4, {"5"})));
  EXPECT_FALSE(matches(tensor(DType::kFloat64, {"5"}), tensor(DType::kFloat32, {"5"})));
}

TEST(Mismatch, ComplexPartsAndShapes) {
  EXPECT_TRUE(matches(DType::kComplex64, {"1", "2"}, {"1", "2"}));
  EXPECT_FALSE(matches(DType::kComplex64, {"1", "2"}, {"1", "3"}));
  EXPECT_FALSE(matches(DType::kFloat32, {"1", "2"}, {"1"}));
}

TEST(Mismatch, Strings) {
  const auto strings = [](std::vector<std::string> texts) {
    return TensorValue{tensor_type(DType::kString, Shape{static_cast<Dim>(texts.size())}),
                       pack_strings(texts),
                       {}};
  };
  EXPECT_TRUE(matches(strings({"a", ""}), strings({"a", ""})));
  EXPECT_FALSE(matches(strings({"a", "b"}), strings({"a", ""})));
}

TEST(Mismatch, ShapeOnlyLooksAtTheRange) {
  CaseTensor wanted;
  wanted.value.type = tensor_type(DType::kFloat32, Shape{2});
  wanted.shape_only = true;
  EXPECT_TRUE(mismatch(tensor(DType::kFloat32, {"5", "6"}).view(), wanted, {}).empty());
  wanted.range = {5, 6};
  EXPECT_FALSE(mismatch(tensor(DType::kFloat32, {"5", "6"}).view(), wanted, {}).empty());
  EXPECT_TRUE(mismatch(tensor(DType::kFloat32, {"5", "5.9"}).view(), wanted, {}).empty());
  EXPECT_FALSE(mismatch(tensor(DType::kFloat32, {"nan", "5"}).view(), wanted, {}).empty());
  EXPECT_FALSE(mismatch(tensor(DType::kFloat32, {"5"}).view(), wanted, {}).empty());
}

TEST(Tally, CountsElementsThatDiffer) {
  Tallies tallies;
  tally(tensor(DType::kInt8, {"1", "2"}).view(), tensor(DType::kInt8, {"1", "3"}).view(), tallies);
  tally(tensor(DType::kFloat32, {"nan"}).view(), tensor(DType::kFloat32, {"nan"}).view(), tallies);
  EXPECT_EQ(tallies["int8"].elements, 2);
  EXPECT_EQ(tallies["int8"].different, 1);
  EXPECT_EQ(tallies["float32"].different, 0);
}

}  // namespace
}  // namespace tare::cli
