// The Philox 4x32-10 generator, and the stream of numbers that TensorFlow's random ops draw from
// it. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011; how seeds become
// key and counter is TensorFlow's.
#pragma once

#include <array>
#include <cstdint>

#include "ir/eval_context.h"

namespace tare {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

class PhiloxStream {
 public:
  PhiloxStream(std::uint64_t seed, std::uint64_t seed2);
  // The next block of four.
  std::array<std::uint32_t, 4> next();
  void skip(std::uint64_t blocks);

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t low_ = 0;  // of the counter
  std::uint64_t high_;
};

// The stream of this node, which goes on from run to run. It starts anew when the shape of the
// first input changes, as TFLite's does when tensors are allocated anew. Seeds of 0 and 0: one of
// the host's choosing.
struct Seeds {
  std::int64_t seed = 0;
  std::int64_t seed2 = 0;
  bool operator==(const Seeds&) const = default;
};
PhiloxStream* random_stream(EvalContext& c, const Seeds& seeds);

// Uniform in [0, 1).
float uniform_float(std::uint32_t bits);
double uniform_double(std::uint32_t high, std::uint32_t low);

}  // namespace tare
