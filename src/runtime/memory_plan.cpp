// Greedy by size.
#include "runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/heap_sort.h"

namespace tare {
namespace {

constexpr std::size_t kAlignment = 16;

}  // namespace

std::optional<MemoryPlan> plan_memory(std::span<const Lifetime> lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  heap_sort(order, [&](std::size_t a, std::size_t b) {
    return lifetimes[a].bytes != lifetimes[b].bytes ? lifetimes[a].bytes > lifetimes[b].bytes
                                                    : a < b;
  });

  MemoryPlan plan;
  plan.offsets.resize(lifetimes.size());
  std::vector<std::size_t> placed;  // by ascending offset
  for (const std::size_t i : order) {
    const Lifetime& life = lifetimes[i];
    const auto padded = checked_add(life.bytes, kAlignment - 1);
    if (!padded) return std::nullopt;
    const std::size_t size = *padded / kAlignment * kAlignment;
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const Lifetime& taken = lifetimes[other];
      if (taken.last < life.first || life.last < taken.first) continue;
      if (plan.offsets[other] >= offset + size) break;
      offset = std::max(
          offset, plan.offsets[other] + (taken.bytes + kAlignment - 1) / kAlignment * kAlignment);
    }
    const auto end = checked_add(offset, size);
    if (!end) return std::nullopt;
    plan.offsets[i] = offset;
    plan.bytes = std::max(plan.bytes, *end);
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t at, std::size_t p) { return at < plan.offsets[p]; }),
        i);
  }
  return plan;
}

}  // namespace tare
