// Where values live in the arena: a pure function of sizes and lifetimes, greedy by size (large
// values first, each at the lowest offset free during its whole life). Source: Pisarchyk and Lee,
// "Efficient Memory Management for Deep Neural Net Inference", 2020.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tare {

struct Lifetime {
  std::size_t bytes = 0;
  int first = 0;  // step that writes it
  int last = 0;   // last step that reads it
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // one per lifetime, multiples of 16
  std::size_t bytes = 0;
};

// Empty when the total does not fit size_t.
std::optional<MemoryPlan> plan_memory(std::span<const Lifetime> lifetimes);

}  // namespace tare
