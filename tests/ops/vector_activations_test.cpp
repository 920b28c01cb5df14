// Close to the C library over the whole range, in every lane and at the odd values.
#include "ops/common/vector_activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace tare {
namespace {

TEST(VectorActivations, AreWithinTwoUnits) {
  std::vector<float> x;
  for (int i = -4000; i <= 4000; ++i) x.push_back(static_cast<float>(i) * 0.0215f);
  for (int e = -30; e < 4; ++e) x.push_back(std::ldexp(1.37f, e));
  std::vector<float> logistic = x, tangent = x;
  apply_logistic(logistic.data(), static_cast<std::int64_t>(x.size()));
  apply_tanh(tangent.data(), static_cast<std::int64_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = static_cast<double>(x[i]), l = 1.0 / (1.0 + std::exp(-v)), t = std::tanh(v);
    EXPECT_NEAR(logistic[i], l, 2.5e-7 * l) << x[i];
    EXPECT_NEAR(tangent[i], t, 2.5e-7 * std::fabs(t)) << x[i];
  }
}

TEST(VectorActivations, TakeOddValuesAndOddCounts) {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> logistic = {inf, -inf, 0, std::nanf(""), 1e30f, 7}, tangent = logistic;
  apply_logistic(logistic.data(), 5);
  apply_tanh(tangent.data(), 5);
  EXPECT_EQ(logistic[0], 1);
  EXPECT_LT(logistic[1], 1e-37f);
  EXPECT_EQ(logistic[2], 0.5f);
  EXPECT_TRUE(std::isnan(logistic[3]));
  EXPECT_EQ(logistic[4], 1);
  EXPECT_EQ(tangent[0], 1);
  EXPECT_EQ(tangent[1], -1);
  EXPECT_EQ(tangent[2], 0);
  EXPECT_TRUE(std::isnan(tangent[3]));
  // What lies past the count stays.
  EXPECT_EQ(logistic[5], 7);
  EXPECT_EQ(tangent[5], 7);
}

}  // namespace
}  // namespace tare
