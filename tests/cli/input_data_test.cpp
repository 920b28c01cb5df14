// What --input may look like for what a model takes.
#include "cli/input_data.h"

#include <gtest/gtest.h>

#include "cli/elements.h"

namespace tare::cli {
namespace {

Signature signature(std::vector<TensorInfo> inputs) {
  return {"serving_default", std::move(inputs), {}};
}

TEST(FitShape, FitsRowsBatchesAndScalars) {
  const auto fit = [](const Shape& given, const Shape& wanted) {
    const auto shape = fit_shape(given, wanted);
    return shape ? shape->text() : "refused";
  };
  EXPECT_EQ(fit({2, 3}, {-1, 3}), "[2,3]");
  EXPECT_EQ(fit({3}, {-1, 3}), "[1,3]");
  EXPECT_EQ(fit({6}, {-1, 3}), "[2,3]");
  EXPECT_EQ(fit({6}, {1, 3}), "refused");
  EXPECT_EQ(fit({5}, {-1, 3}), "refused");
  EXPECT_EQ(fit({28, 28}, {-1, 28, 28}), "[1,28,28]");
  EXPECT_EQ(fit({784}, {1, 28, 28}), "[1,28,28]");
  EXPECT_EQ(fit({}, {1, 1}), "[1,1]");
  EXPECT_EQ(fit({4, 4}, Shape::unknown()), "[4,4]");
  EXPECT_EQ(fit({4, 4}, {4}), "refused");
}

TEST(ReadInputs, NamesOrderAndObjects) {
  const Signature two = signature(
      {{"a", tensor_type(DType::kFloat32, {-1, 2})}, {"b", tensor_type(DType::kInt32, {1})}});
  const auto check = [&](std::vector<std::string> words) {
    const auto values = read_inputs(two, {.values = std::move(words)});
    ASSERT_TRUE(values.ok()) << values.error().text();
    EXPECT_EQ((*values)[0].type.shape, (Shape{1, 2}));
    EXPECT_EQ(real_element((*values)[0].view(), 1), 2);
    EXPECT_EQ(integer_at((*values)[1].view(), 0), 7);
  };
  check({"[[1,2]]", "[7]"});
  check({"b=7", "a=[1,2]"});
  check({"b=7", "[1,2]"});
  check({R"({"b": [7], "a": {"data": [1, 2], "shape": [1, 2]}})"});
}

TEST(ReadInputs, SaysWhatIsWrong) {
  const Signature one = signature({{"x", tensor_type(DType::kInt32, {-1, 2})}});
  const auto error = [&](std::vector<std::string> words) {
    const auto values = read_inputs(one, {.values = std::move(words)});
    return values ? "none" : values.error().text();
  };
  EXPECT_EQ(error({}), "input 'x': no data given; it takes int32 [?,2]: --input 'x=...'");
  EXPECT_EQ(error({"[1,2,3]"}), "input 'x': data of shape [3] do not fit shape [?,2]");
  EXPECT_NE(error({"[1.5,2]"}), "none");
  EXPECT_NE(error({"[1,2"}), "none");
  EXPECT_NE(error({"[1,2]", "[1,2]"}), "none");
  EXPECT_EQ(error({R"({"y": [1,2]})"}), "the model has no input 'y'; it has 'x'");
  EXPECT_EQ(error({"y=[1,2]"}), "the model has no input 'y'; it has 'x'");
  EXPECT_NE(error({"absent.npy"}), "none");
}

TEST(ReadInputs, QuantisedInputsTakeFloatsUnlessRaw) {
  TensorType type = tensor_type(DType::kInt8, {1, 1});
  type.quantization =
      std::make_shared<Quantization>(Quantization{.scales = {0.5f}, .zero_points = {1}});
  const Signature one = signature({{"x", type}});
  EXPECT_EQ((*read_inputs(one, {.values = {"[[0.5]]"}}))[0].type.dtype, DType::kFloat32);
  EXPECT_EQ((*read_inputs(one, {.values = {"[[5]]"}, .raw = true}))[0].type.dtype, DType::kInt8);
  EXPECT_FALSE(read_inputs(one, {.values = {"[[0.5]]"}, .raw = true}).ok());
}

}  // namespace
}  // namespace tare::cli
