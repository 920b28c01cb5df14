// Resource variables: a handle by name, and what reads and assigns the value it stands for. The
// value lives with the executable; a variable that was never assigned has none.
#pragma once

#include <string>

#include "ir/op_def.h"

namespace tare {

struct VariableObject : Object {
  static constexpr char kKind{};
  VariableObject() : Object(&kKind) {}
  bool assigned = false;
  TensorValue value;
};

// Gives the handle of the variable with this name; one variable for all graphs.
struct VarHandle {
  std::string container;
  std::string shared_name;
  bool operator==(const VarHandle&) const = default;
  static const OpDef kOp;
};

// Input 0: handle. The value's type cannot be seen from the handle, so the node says it; unknown
// extents are allowed.
struct ReadVariable {
  DType dtype = DType::kFloat32;
  Shape shape;
  bool operator==(const ReadVariable&) const = default;
  static const OpDef kOp;
};

// Inputs: handle, value. No output.
struct AssignVariable {
  bool operator==(const AssignVariable&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
