// Several arrays in the one block of scratch memory that a kernel may ask for.
#pragma once

#include <cstdint>

#include "ir/eval_context.h"

namespace tare {

class ScratchParts {
 public:
  // Reserves `count` elements and says where they will start.
  template <class T>
  std::size_t add(std::int64_t count) {
    const std::size_t at = size_;
    const auto bytes = static_cast<std::uint64_t>(count) * sizeof(T);
    // Counts are extents of tensors that exist; past this they could not.
    if (count < 0 || bytes > SIZE_MAX / 4 - size_)
      too_large_ = true;
    else
      size_ += (static_cast<std::size_t>(bytes) + 15) & ~std::size_t{15};
    return at;
  }
  // False after recording why.
  bool allocate(EvalContext& c) {
    memory_ = c.scratch<std::byte>(too_large_ ? SIZE_MAX : size_).data();
    return c.ok();
  }
  template <class T>
  T* at(std::size_t part) const {
    return reinterpret_cast<T*>(memory_ + part);
  }

 private:
  std::size_t size_ = 0;
  bool too_large_ = false;
  std::byte* memory_ = nullptr;
};

}  // namespace tare
