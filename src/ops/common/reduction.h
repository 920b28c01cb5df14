// The one reduction loop: elements of the input in row-major order, each with the place of the
// output it falls into.
#pragma once

#include <vector>

#include "ir/tensor.h"

namespace tare {

class ReductionLoop {
 public:
  // `axes` is an integer tensor of axes inside [-rank, rank); repeated ones count once.
  ReductionLoop(const Shape& input, const Tensor& axes);
  ReductionLoop(const Shape& input, const std::vector<bool>& reduced);

  std::int64_t outputs() const { return outputs_; }
  std::int64_t per_output() const { return per_output_; }

  // body(i, o): input element i falls into output o; for one o, in ascending i.
  template <class Body>
  void run(Body body) const {
    std::array<std::int64_t, kMaxRank> place{};
    const std::int64_t count = shape_.elements();
    std::int64_t o = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      body(i, o);
      for (int d = shape_.rank() - 1; d >= 0; --d) {
        const auto axis = static_cast<std::size_t>(d);
        o += steps_[axis];
        if (++place[axis] < shape_[d]) break;
        o -= steps_[axis] * place[axis];
        place[axis] = 0;
      }
    }
  }

 private:
  Shape shape_;
  std::array<std::int64_t, kMaxRank> steps_{};
  std::int64_t outputs_ = 1, per_output_ = 1;
};

}  // namespace tare
