// Axes given by files and callers: negative ones count from the end.
#pragma once

#include <optional>
#include <vector>

#include "ir/infer_context.h"

namespace tare {

// The axis as 0 <= axis < rank; fails and returns -1 when it is outside [-rank, rank).
int normalise_axis(InferContext& c, std::int64_t axis, int rank);

// A list of axes as one flag a dimension; fails on one outside. Repeated axes count once.
std::optional<std::vector<bool>> axis_flags(InferContext& c, const std::vector<std::int64_t>& axes,
                                            int rank);

}  // namespace tare
