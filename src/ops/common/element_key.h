// Elements as keys of a map: equal keys are equal elements, but for floats 0 and -0 are one and no
// NaN equals another.
#pragma once

#include <string>

#include "ir/strings.h"
#include "ops/common/elements.h"

namespace tare {

inline void append_element_key(std::string& key, const Tensor& in, std::int64_t i) {
  if (in.dtype == DType::kString) {
    const std::string_view text = string_at({in.data, in.size}, i);
    key += std::to_string(text.size()) + ":";
    key += text;
    return;
  }
  const std::size_t size = dtype_size(in.dtype);
  std::string bytes(reinterpret_cast<const char*>(in.data) + static_cast<std::size_t>(i) * size,
                    size);
  if (is_float(in.dtype)) {
    const double v = load_double(in.dtype)(in.data, i);
    if (v == 0) bytes.assign(size, '\0');
    if (v != v) bytes = "nan" + std::to_string(i);
  }
  key += bytes;
}

}  // namespace tare
