// StableHLO's gather: boxes of slice_sizes cut from input 0 at the starts that input 1 names.
// Starts that would let a box stick out are moved back inside.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct StablehloGather {
  std::vector<std::int64_t> offset_dims;           // of the result: which dimensions are a box's
  std::vector<std::int64_t> collapsed_slice_dims;  // of the operand: of extent 1 in a box, left out
  std::vector<std::int64_t> start_index_map;       // entry k of a start is for this dimension
  std::int64_t index_vector_dim = 0;  // dimension of input 1 that holds the entries of a start
  std::vector<std::int64_t> slice_sizes;
  bool operator==(const StablehloGather&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
