// Matrices without an inverse, and what inference refuses; the golden cases have the numbers.
#include "ops/matrix_algebra/matrix_algebra.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/one_node.h"

namespace tare::test {
namespace {

using Kind = MatrixAlgebra::Kind;

Outcome run(MatrixAlgebra op, Shape shape, const std::vector<double>& numbers) {
  return OneNode(op)
      .feed(tensor_type(DType::kFloat64, shape), numbers)
      .output(tensor_type(DType::kFloat64, Shape::unknown()))
      .run(Way::kReference);
}

TEST(MatrixAlgebra, PivotsAreSought) {
  EXPECT_EQ(run({.kind = Kind::kDeterminant}, {2, 2}, {0, 2, 3, 0}).output<double>(),
            std::vector<double>{-6});
  EXPECT_EQ(run({.kind = Kind::kInverse}, {2, 2}, {0, 2, 4, 0}).output<double>(),
            (std::vector<double>{0, 0.25, 0.5, 0}));
}

TEST(MatrixAlgebra, WhatHasNoInverseIsAnError) {
  EXPECT_EQ(run({.kind = Kind::kDeterminant}, {2, 2}, {1, 2, 2, 4}).output<double>(),
            std::vector<double>{0});
  EXPECT_NE(run({.kind = Kind::kInverse}, {2, 2}, {1, 2, 2, 4}).error.find("not invertible"),
            std::string::npos);
  EXPECT_NE(run({.kind = Kind::kInverse}, {2, 3}, {1, 2, 3, 4, 5, 6}).error.find("square"),
            std::string::npos);
}

TEST(MatrixAlgebra, WhatIsNotPositiveDefiniteHasNoFactor) {
  const auto y = run({.kind = Kind::kCholesky}, {2, 2}, {-1, 0, 0, 1}).output<double>();
  ASSERT_EQ(y.size(), 4u);
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[2]) && std::isnan(y[3]));
}

TEST(MatrixAlgebra, SingularValuesDescendAndEndForWhatIsNotFinite) {
  const auto values = [](Shape shape, const std::vector<double>& numbers) {
    return run({.kind = Kind::kSingularValues}, shape, numbers).output<double>();
  };
  const auto square = values({2, 2}, {3, 0, 4, 5});
  ASSERT_EQ(square.size(), 2u);
  EXPECT_NEAR(square[0], std::sqrt(45.0), 1e-12);
  EXPECT_NEAR(square[1], std::sqrt(5.0), 1e-12);
  EXPECT_EQ(values({2, 1, 3}, {0, 3, 4, 0, 0, 0}), (std::vector<double>{5, 0}));
  EXPECT_EQ(values({3, 2}, {0, 1, 0, 0, 2, 0}), (std::vector<double>{2, 1}));
  for (const double v : values({2, 2}, {NAN, 1, 2, INFINITY})) EXPECT_FALSE(std::isfinite(v));
  EXPECT_TRUE(values({2, 0, 3}, {}).empty());
}

// A square as high as the column would not fit any memory.
TEST(MatrixAlgebra, QOfALongColumnIsAColumn) {
  std::vector<double> column(200'000, 0);
  column.front() = 3;
  column.back() = 4;
  const auto q = run({.kind = Kind::kQr}, {200'000, 1}, column).output<double>();
  ASSERT_EQ(q.size(), column.size());
  EXPECT_DOUBLE_EQ(q.front(), -0.6);
  EXPECT_DOUBLE_EQ(q.back(), -0.8);
}

TEST(MatrixAlgebra, NoMatricesAreNoError) {
  EXPECT_EQ(run({.kind = Kind::kDeterminant}, {2, 0, 0}, {}).output<double>(),
            (std::vector<double>{1, 1}));
  EXPECT_EQ(run({.kind = Kind::kInverse}, {0, 3, 3}, {}).error, "");
}

}  // namespace
}  // namespace tare::test
