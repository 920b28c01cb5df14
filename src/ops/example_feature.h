// One feature out of serialised tf.train.Example messages (strings, a scalar or a vector of them).
// float32, int64 or strings.
#pragma once

#include <string>

#include "ir/op_def.h"

namespace tare {

// Inputs: messages, what stands for a feature that is missing (no elements: an error). Output: the
// shape of the messages, then `shape`.
struct ExampleDense {
  std::string key;
  DType dtype = DType::kFloat32;
  Shape shape;
  bool operator==(const ExampleDense&) const = default;
  static const OpDef kOp;
};

// Input: messages. Outputs: as many values as there are, as a sparse tensor: indices, values,
// shape.
struct ExampleSparse {
  std::string key;
  DType dtype = DType::kFloat32;
  bool operator==(const ExampleSparse&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
