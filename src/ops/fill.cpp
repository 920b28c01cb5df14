// FILL.
#include "ops/fill.h"

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ops/common/wanted_shape.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Fill&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(0)), "input 0 must be integers")) return;
  if (c.shape(1).known() && !c.require(c.shape(1).elements() == 1, "the value must be one element"))
    return;
  const Shape out = wanted_shape(c, 0);
  c.output(0, c.dtype(1), out);
  const auto value = c.contents(1);
  if (value && out.known() && out.rank() <= 1 && out.elements() <= kMaxRank)
    c.output_contents(0, Contents(static_cast<std::size_t>(out.elements()), value->front()));
}

void eval(const Fill&, EvalContext& c) {
  const Tensor& value = c.input(1);
  move_elements(c, 0, [&](std::int64_t) { return Source{&value, 0}; });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(Fill{});
}
void write_tflite(const Fill&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_FILL, 3); }

}  // namespace

const OpDef Fill::kOp = define_op<Fill, infer, no_cost>("fill");
extern const EvalFacet eval_fill = eval_facet<Fill, eval>();
extern const ReadTfliteFacet read_tflite_fill{tflite::BuiltinOperator_FILL, read_tflite};
extern const WriteTfliteFacet write_tflite_fill = write_tflite_facet<Fill, write_tflite>();

}  // namespace tare
