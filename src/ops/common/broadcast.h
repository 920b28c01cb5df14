// NumPy's broadcasting: shapes aligned at their last dimension, extents equal or 1.
#pragma once

#include <array>
#include <span>

#include "ir/infer_context.h"
#include "ir/shape.h"

namespace tare {

// The common shape; fails (and returns unknown rank) when the two do not fit. Unknown extents stay
// as known as they can.
Shape broadcast_shape(InferContext& c, const Shape& a, const Shape& b);

// Visits every element of `out` in row-major order with the element that each of N operands
// contributes.
template <std::size_t N>
class BroadcastLoop {
 public:
  BroadcastLoop(const Shape& out, const std::array<Shape, N>& operands) : out_(out) {
    for (std::size_t k = 0; k < N; ++k) strides_[k] = strides(out, operands[k]);
  }

  // body(i, at): i is the element of the output, at[k] that of operand k.
  template <class Body>
  void run(Body body) const {
    std::array<std::int64_t, kMaxRank> place{};
    std::array<std::int64_t, N> at{};
    const std::int64_t count = out_.elements();
    for (std::int64_t i = 0; i < count; ++i) {
      body(i, at);
      for (int d = out_.rank() - 1; d >= 0; --d) {
        const auto axis = static_cast<std::size_t>(d);
        for (std::size_t k = 0; k < N; ++k) at[k] += strides_[k][axis];
        if (++place[axis] < out_[d]) break;
        for (std::size_t k = 0; k < N; ++k) at[k] -= strides_[k][axis] * place[axis];
        place[axis] = 0;
      }
    }
  }

 private:
  using Strides = std::array<std::int64_t, kMaxRank>;
  static Strides strides(const Shape& out, const Shape& operand) {
    Strides result{};
    std::int64_t stride = 1;
    for (int d = operand.rank() - 1; d >= 0; --d) {
      if (operand[d] != 1)
        result[static_cast<std::size_t>(d + out.rank() - operand.rank())] = stride;
      stride *= operand[d];
    }
    return result;
  }

  Shape out_;
  std::array<Strides, N> strides_;
};

}  // namespace tare
