// Which variable gets which tensor of a checkpoint: read off the nodes that would restore them,
// wherever they stand.
#pragma once

#include <map>
#include <string>

#include "formats/tf/checkpoint.h"

namespace tare {

// Where a variable's first value is: a tensor, or a part of one ("5 2 0,3:0,2").
struct TfRestored {
  std::string tensor;
  std::string slice;
};

// By the name of the node that makes the variable (VarHandleOp, VariableV2).
std::map<std::string, TfRestored> restored_variables(const TfGraphDef& graph);

Result<TensorValue> restored_value(const TfRestored& restored, const TfCheckpoint& checkpoint,
                                   const ModelBundle& bundle, std::uint64_t max_bytes);

}  // namespace tare
