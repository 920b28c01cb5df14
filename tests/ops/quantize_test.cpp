// Ends of the range of every type that can be stored.
#include "ops/quantize.h"

#include <gtest/gtest.h>

#include "support/one_node.h"

namespace tare {
namespace {

template <class T>
void expect_ends(DType to) {
  const auto node = test::OneNode(Quantize{to})
                        .feed<float>(tensor_type(DType::kFloat32, {4}), {-1e6f, 1e6f, -2, 3})
                        .output(test::quantised(to, {4}, 0.5f, 4));
  const test::Outcome ran = node.run(test::Way::kReference);
  ASSERT_EQ(ran.error, "") << dtype_name(to);
  const IntRange range = int_range(to);
  EXPECT_EQ(ran.output<T>(),
            (std::vector<T>{static_cast<T>(range.min), static_cast<T>(range.max), 0, 10}))
      << dtype_name(to);
}

TEST(Quantize, StopsAtTheEndsOfItsType) {
  expect_ends<std::int8_t>(DType::kInt8);
  expect_ends<std::uint8_t>(DType::kUint8);
  expect_ends<std::int16_t>(DType::kInt16);
  expect_ends<std::uint16_t>(DType::kUint16);
}

TEST(IntRange, IsWhatTheTypeHolds) {
  const auto is = [](DType dtype, std::int64_t min, std::int64_t max) {
    EXPECT_EQ(int_range(dtype).min, min) << dtype_name(dtype);
    EXPECT_EQ(int_range(dtype).max, max) << dtype_name(dtype);
  };
  is(DType::kInt4, -8, 7);
  is(DType::kInt8, -128, 127);
  is(DType::kUint16, 0, 65535);
  is(DType::kInt64, INT32_MIN, INT32_MAX);
}

}  // namespace
}  // namespace tare
