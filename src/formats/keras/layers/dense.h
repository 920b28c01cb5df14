// What the two readers of Dense share: the plain one, and the one for kernels that are quantised,
// of other float types, or have an adapter (stored_dense.cpp), which programs may be linked
// without.
#pragma once

#include <optional>

#include "ports/keras_layer.h"

namespace tare {

inline constexpr std::string_view kStoredDense = "Dense with a stored kernel";

struct DenseParts {
  ValueId x;
  Shape shape;  // of the kernel: [in, units]
  ValueId bias;
};
std::optional<DenseParts> dense_parts(KerasLayer& layer);

}  // namespace tare
