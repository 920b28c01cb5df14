// StableHLO's scatter: windows of input 2 combined into input 0 at the places that input 1 names; a
// window that would stick out is skipped.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct StablehloScatter {
  enum class Update : std::uint8_t { kReplace, kAdd, kMultiply, kMaximum, kMinimum };
  std::vector<std::int64_t> update_window_dims, inserted_window_dims, scatter_dims_to_operand_dims;
  std::int64_t index_vector_dim = 0;
  Update update = Update::kReplace;
  GraphId computation = GraphId::kNone;  // what update was read from, for the writer
  bool operator==(const StablehloScatter&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
