// Values that live at the same time never share bytes, whatever the lifetimes.
#include "runtime/memory_plan.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace tare {
namespace {

bool overlap(std::size_t a, std::size_t size_a, std::size_t b, std::size_t size_b) {
  return a < b + size_b && b < a + size_a;
}

TEST(MemoryPlan, LivingValuesNeverOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> lives(1 + random() % 40);
    for (Lifetime& life : lives) {
      life.bytes = random() % 1000;
      life.first = static_cast<int>(random() % 30);
      life.last = life.first + static_cast<int>(random() % 10);
    }
    const auto plan = plan_memory(lives);
    ASSERT_TRUE(plan.has_value());
    for (std::size_t i = 0; i < lives.size(); ++i) {
      EXPECT_EQ(plan->offsets[i] % 16, 0u);
      EXPECT_LE(plan->offsets[i] + lives[i].bytes, plan->bytes);
      for (std::size_t j = 0; j < i; ++j) {
        const bool together = lives[i].first <= lives[j].last && lives[j].first <= lives[i].last;
        if (together)
          EXPECT_FALSE(overlap(plan->offsets[i], lives[i].bytes, plan->offsets[j], lives[j].bytes));
      }
    }
  }
}

TEST(MemoryPlan, ReusesWhatIsFree) {
  const Lifetime lives[] = {{.bytes = 160, .first = 0, .last = 1},
                            {.bytes = 160, .first = 2, .last = 3}};
  EXPECT_EQ(plan_memory(lives)->bytes, 160u);
}

// Comparing each with each would take minutes.
TEST(MemoryPlan, PlacesAMillionValuesAtOnce) {
  std::vector<Lifetime> lives(1'000'000);
  for (std::size_t i = 0; i < lives.size(); ++i)
    lives[i] = {.bytes = 16, .first = static_cast<int>(i), .last = static_cast<int>(i) + 1};
  const auto plan = plan_memory(lives);
  ASSERT_TRUE(plan.has_value());
  EXPECT_LE(plan->bytes, 16u * lives.size());
  for (std::size_t i = 1; i < lives.size(); ++i)
    ASSERT_NE(plan->offsets[i], plan->offsets[i - 1]) << i;
}

TEST(MemoryPlan, RefusesWhatOverflows) {
  const Lifetime lives[] = {
      {.bytes = std::numeric_limits<std::size_t>::max(), .first = 0, .last = 1}};
  EXPECT_FALSE(plan_memory(lives).has_value());
}

}  // namespace
}  // namespace tare
