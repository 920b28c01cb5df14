// Limits on what a model may use. A synchronous call cannot be interrupted from outside, so the
// engine counts.
#pragma once

#include <cstdint>

namespace tare {

struct Budgets {
  std::uint64_t bytes = std::uint64_t{2} << 30;  // of one tensor, and of the arena of one plan
  std::int64_t nodes = 1'000'000;
  std::int64_t loop_trips = 10'000'000;     // in one run
  std::int64_t macs = 100'000'000'000'000;  // that one plan may ask for, by the ops' own cost
  int call_depth = 32;
  double seconds = 120;  // of one run; checked at every loop trip and call
};

}  // namespace tare
