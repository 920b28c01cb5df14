// Greedy by size. Each value is compared with those placed before it, which a graph of a million
// nodes could not wait for: after kMaxComparisons the rest, the smallest, are laid end to end.
#include "runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/heap_sort.h"

namespace tare {
namespace {

constexpr std::size_t kAlignment = 16;
constexpr std::size_t kMaxComparisons = 1u << 28;  // 23,000 values with each other

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// The first place where a value of this size meets none of those that live at the same time.
std::size_t first_gap(const Lifetime& life, std::size_t size, std::span<const Lifetime> lifetimes,
                      const std::vector<std::size_t>& placed, const MemoryPlan& plan) {
  std::size_t offset = 0;
  for (const std::size_t other : placed) {
    const Lifetime& taken = lifetimes[other];
    if (taken.last < life.first || life.last < taken.first) continue;
    if (plan.offsets[other] >= offset + size) break;
    offset = std::max(offset, plan.offsets[other] + aligned(taken.bytes));
  }
  return offset;
}

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
  std::size_t comparisons = 0;
  for (const std::size_t i : order) {
    const Lifetime& life = lifetimes[i];
    if (!checked_add(life.bytes, kAlignment - 1)) return std::nullopt;
    const std::size_t size = aligned(life.bytes);
    if (comparisons <= kMaxComparisons) comparisons += placed.size();
    const bool search = comparisons <= kMaxComparisons;
    const std::size_t offset = search ? first_gap(life, size, lifetimes, placed, plan) : plan.bytes;
    const auto end = checked_add(offset, size);
    if (!end) return std::nullopt;
    plan.offsets[i] = offset;
    plan.bytes = std::max(plan.bytes, *end);
    if (!search) continue;
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t at, std::size_t p) { return at < plan.offsets[p]; }),
        i);
  }
  return plan;
}

}  // namespace tare
