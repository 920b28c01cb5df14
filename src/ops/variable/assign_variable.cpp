// ASSIGN_VARIABLE: the old value's memory is used again when the new one has its size.
#include <cstring>

#include "ir/facets.h"
#include "ops/variable/variable.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const AssignVariable&, InferContext& c) {
  c.require(c.dtype(0) == DType::kResource, "input 0 must be a handle");
  c.require(!is_handle(c.dtype(1)), "a variable cannot hold a handle");
}

void eval(const AssignVariable&, EvalContext& c) {
  VariableObject* variable = object_as<VariableObject>(c.handle(0));
  if (!c.require(variable != nullptr, "input 0 is no handle of a variable")) return;
  const Tensor& value = c.input(1);
  TensorValue& held = variable->value;
  variable->assigned = true;
  if (held.type.dtype != value.dtype || held.bytes.size() != value.size ||
      held.bytes.owners() != 1) {
    held = TensorValue::copy_of(value);
    c.require(held.bytes.size() == value.size, "out of memory");
    return;
  }
  held.type.shape = value.shape;
  if (value.size > 0) std::memcpy(held.bytes.mutable_data(), value.data, value.size);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2, 0)) n.emit(AssignVariable{});
}

void write_tflite(const AssignVariable&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_ASSIGN_VARIABLE);
}

}  // namespace

const OpDef AssignVariable::kOp =
    define_op<AssignVariable, infer, no_cost>("assign_variable", kStateful | kOrdered);
extern const EvalFacet eval_assign_variable = eval_facet<AssignVariable, eval>();
extern const ReadTfliteFacet read_tflite_assign_variable{tflite::BuiltinOperator_ASSIGN_VARIABLE,
                                                         read_tflite};
extern const WriteTfliteFacet write_tflite_assign_variable =
    write_tflite_facet<AssignVariable, write_tflite>();

}  // namespace tare
