// JSON to tensors and back, for every kind of element, and the texts that are refused.
#include "cli/tensor_json.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cli/elements.h"

namespace tare::cli {
namespace {

Result<TensorValue> read(DType dtype, const Shape& shape, const std::string& text) {
  const auto document = JsonDocument::parse(text);
  EXPECT_TRUE(document.ok()) << text;
  return tensor_from_json(document->root(), dtype, shape);
}

std::string round_trip(DType dtype, const Shape& shape, const std::string& text) {
  const auto value = read(dtype, shape, text);
  if (!value) return value.error().text();
  JsonWriter writer;
  write_nested(value->view(), writer);
  return writer.take();
}

TEST(TensorJson, NestsByShapeHoweverTheDataAreNested) {
  EXPECT_EQ(round_trip(DType::kFloat32, {2, 2}, "[1,2.5,3,4]"), "[[1,2.5],[3,4]]");
  EXPECT_EQ(round_trip(DType::kFloat32, {4}, "[[1,2],[3,4]]"), "[1,2,3,4]");
  EXPECT_EQ(round_trip(DType::kFloat32, {}, "7"), "7");
  EXPECT_EQ(round_trip(DType::kFloat32, {2, 0}, "[]"), "[[],[]]");
}

TEST(TensorJson, KeepsWhatJsonNumbersCannotSay) {
  EXPECT_EQ(round_trip(DType::kFloat32, {3}, R"(["NaN","Infinity","-Infinity"])"),
            R"(["NaN","Infinity","-Infinity"])");
  EXPECT_EQ(round_trip(DType::kInt64, {2}, R"(["-9223372036854775808",9007199254740993])"),
            R"(["-9223372036854775808","9007199254740993"])");
  EXPECT_EQ(round_trip(DType::kUint64, {1}, "[18446744073709551615]"),
            R"(["18446744073709551615"])");
  EXPECT_EQ(round_trip(DType::kComplex64, {1}, "[1,-2]"), "[[1,-2]]");
  EXPECT_EQ(round_trip(DType::kBool, {3}, "[true,0,1]"), "[true,false,true]");
  EXPECT_EQ(round_trip(DType::kString, {2}, R"(["a\"b","ü"])"), R"(["a\"b","ü"])");
  EXPECT_EQ(round_trip(DType::kFloat16, {1}, "[0.1]"), "[0.099975586]");
}

TEST(TensorJson, RefusesWhatTheTypeCannotHold) {
  EXPECT_FALSE(read(DType::kInt8, {1}, "[128]").ok());
  EXPECT_FALSE(read(DType::kInt4, {1}, "[8]").ok());
  EXPECT_FALSE(read(DType::kUint8, {1}, "[-1]").ok());
  EXPECT_FALSE(read(DType::kInt32, {1}, "[2.5]").ok());
  EXPECT_FALSE(read(DType::kInt64, {1}, "[1e300]").ok());
  EXPECT_FALSE(read(DType::kInt64, {1}, "[9223372036854775808]").ok());
  EXPECT_FALSE(read(DType::kBool, {1}, "[2]").ok());
  EXPECT_FALSE(read(DType::kFloat32, {1}, R"(["one"])").ok());
  EXPECT_FALSE(read(DType::kFloat32, {1}, "[null]").ok());
  EXPECT_FALSE(read(DType::kString, {1}, "[1]").ok());
}

TEST(TensorJson, RefusesAnotherCountBeforeTakingMemory) {
  EXPECT_FALSE(read(DType::kFloat32, {2}, "[1]").ok());
  EXPECT_FALSE(read(DType::kFloat32, {1'000'000'000, 1'000'000}, "[1]").ok());
  EXPECT_FALSE(read(DType::kFloat32, {Dim{1} << 40, Dim{1} << 40}, "[1]").ok());
}

TEST(TensorJson, InfersShapesAndRefusesRaggedOnes) {
  const auto shape = [](const char* text) { return shape_of(JsonDocument::parse(text)->root()); };
  EXPECT_EQ(*shape("[[1,2,3],[4,5,6]]"), (Shape{2, 3}));
  EXPECT_EQ(*shape("5"), Shape{});
  EXPECT_EQ(*shape("[]"), Shape{0});
  EXPECT_FALSE(shape("[[1],[2,3]]").ok());
  EXPECT_FALSE(shape("[[1],2]").ok());
  EXPECT_FALSE(shape("[[[[[[[[[1]]]]]]]]]").ok());
}

TEST(ConvertElements, KeepsValuesOrRefuses) {
  const auto whole = read(DType::kInt64, {2}, "[3,-4]");
  EXPECT_EQ(real_element(convert_elements(*whole, DType::kFloat32)->view(), 1), -4);
  EXPECT_EQ(integer_at(convert_elements(*whole, DType::kInt8)->view(), 0), 3);
  EXPECT_FALSE(convert_elements(*whole, DType::kUint8).ok());
  EXPECT_FALSE(convert_elements(*read(DType::kFloat32, {1}, "[1.5]"), DType::kInt32).ok());
  EXPECT_EQ(
      integer_at(convert_elements(*read(DType::kFloat32, {1}, "[2]"), DType::kInt32)->view(), 0),
      2);
  EXPECT_FALSE(convert_elements(*read(DType::kString, {1}, R"(["1"])"), DType::kInt32).ok());
}

}  // namespace
}  // namespace tare::cli
