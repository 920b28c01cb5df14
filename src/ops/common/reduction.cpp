// Steps of the output place for each input dimension: 0 for those that are reduced.
#include "ops/common/reduction.h"

namespace tare {
namespace {

std::vector<bool> flags(const Shape& input, const Tensor& axes) {
  std::vector<bool> reduced(static_cast<std::size_t>(input.rank()), false);
  for (std::int64_t i = 0; i < axes.elements() && input.rank() > 0; ++i) {
    const std::int64_t axis = integer_at(axes, i);
    reduced[static_cast<std::size_t>(axis < 0 ? axis + input.rank() : axis)] = true;
  }
  return reduced;
}

}  // namespace

ReductionLoop::ReductionLoop(const Shape& input, const Tensor& axes)
    : ReductionLoop(input, flags(input, axes)) {}

ReductionLoop::ReductionLoop(const Shape& input, const std::vector<bool>& reduced) : shape_(input) {
  for (int d = input.rank() - 1; d >= 0; --d) {
    const auto axis = static_cast<std::size_t>(d);
    if (reduced[axis]) {
      per_output_ *= input[d];
    } else {
      steps_[axis] = outputs_;
      outputs_ *= input[d];
    }
  }
}

}  // namespace tare
