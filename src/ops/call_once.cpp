// CALL_ONCE: that a graph has run is kept with the resources that it fills, so a reset forgets
// both, and the callers of several signatures share one run.
#include "ops/call_once.h"

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

struct Ran : Object {
  static constexpr char kKind{};
  Ran() : Object(&kKind) {}
};

void infer(const CallOnce& op, InferContext& c) {
  auto types = c.call(op.graph, {});
  if (!types) c.fail(types.error());
}

void eval(const CallOnce& op, EvalContext& c) {
  ObjectPtr& ran = (*c.resources())["call_once/" + std::to_string(index(op.graph))];
  if (ran != nullptr) return;
  auto results = c.call(op.graph, {});
  if (!results) return c.fail(results.error());
  // Looked up anew: the graph may have made resources, and the table moves when it grows.
  (*c.resources())["call_once/" + std::to_string(index(op.graph))] = std::make_shared<Ran>();
}

void read_tflite(TfliteNode& n) {
  if (n.expect(0, 0, 0))
    n.emit(CallOnce{n.subgraph(n.options<tflite::CallOnceOptions>().init_subgraph_index())});
}

void write_tflite(const CallOnce& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_CALL_ONCE,
            tflite::CreateCallOnceOptions(w.fbb(), w.subgraph(op.graph)));
}

}  // namespace

const OpDef CallOnce::kOp =
    define_op<CallOnce, infer, no_cost>("call_once", kStateful | kOrdered | kCallsGraph);
extern const EvalFacet eval_call_once = eval_facet<CallOnce, eval>();
extern const ReadTfliteFacet read_tflite_call_once{tflite::BuiltinOperator_CALL_ONCE, read_tflite};
extern const WriteTfliteFacet write_tflite_call_once = write_tflite_facet<CallOnce, write_tflite>();

}  // namespace tare
