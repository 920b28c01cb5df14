// VAR_HANDLE: makes the variable when it is first asked for.
#include "ir/facets.h"
#include "ops/variable/variable.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const VarHandle&, InferContext& c) { c.output(0, DType::kResource, {}); }

void eval(const VarHandle& op, EvalContext& c) {
  ObjectPtr& object = (*c.resources())["variable/" + op.container + '\0' + op.shared_name];
  if (object == nullptr) object = std::make_shared<VariableObject>();
  c.output(0).handles[0] = object;
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(0, 0)) return;
  const auto& options = n.options<tflite::VarHandleOptions>();
  VarHandle op;
  if (options.container() != nullptr) op.container = options.container()->str();
  if (options.shared_name() != nullptr) op.shared_name = options.shared_name()->str();
  // Files declare a handle as a scalar or as one element, without meaning anything by it.
  n.builder().graph().value(n.output(0)).type.shape = {};
  n.emit(std::move(op));
}

void write_tflite(const VarHandle& op, TfliteWriter& w) {
  w.builtin(
      tflite::BuiltinOperator_VAR_HANDLE,
      tflite::CreateVarHandleOptionsDirect(w.fbb(), op.container.c_str(), op.shared_name.c_str()));
}

}  // namespace

const OpDef VarHandle::kOp = define_op<VarHandle, infer, no_cost>("var_handle", kStateful);
extern const EvalFacet eval_var_handle = eval_facet<VarHandle, eval>();
extern const ReadTfliteFacet read_tflite_var_handle{tflite::BuiltinOperator_VAR_HANDLE,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_var_handle =
    write_tflite_facet<VarHandle, write_tflite>();

}  // namespace tare
