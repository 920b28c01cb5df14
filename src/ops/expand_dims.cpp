// EXPAND_DIMS.
#include "ops/expand_dims.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const ExpandDims&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  Shape out = c.shape(0);
  const auto axis = c.integers(1);
  if (!out.ranked()) return c.output(0, c.dtype(0), out);
  if (!c.require(out.rank() < kMaxRank, "a result of more than 8 dimensions")) return;
  if (!axis) return c.output(0, c.dtype(0), Shape::of_rank(out.rank() + 1));
  if (!c.require(axis->size() == 1, "the axis must be one number")) return;
  const int at = normalise_axis(c, axis->front(), out.rank() + 1);
  if (at < 0) return;
  out.insert(at, 1);
  c.output(0, c.dtype(0), out);
  if (auto contents = c.contents(0)) c.output_contents(0, std::move(*contents));
}

void eval(const ExpandDims&, EvalContext& c) { copy_through(c, 0, 0); }
bool lower(const ExpandDims&, XnnBuilder& b) {
  return b.reshape(b.input(0), b.output(), b.output_type().shape);
}
void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(ExpandDims{});
}
void write_tflite(const ExpandDims&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_EXPAND_DIMS);
}

}  // namespace

const OpDef ExpandDims::kOp = define_op<ExpandDims, infer, no_cost>("expand_dims");
extern const EvalFacet eval_expand_dims = eval_facet<ExpandDims, eval>();
extern const LowerFacet lower_expand_dims = lower_facet<ExpandDims, lower>();
extern const ReadTfliteFacet read_tflite_expand_dims{tflite::BuiltinOperator_EXPAND_DIMS,
                                                     read_tflite};
extern const WriteTfliteFacet write_tflite_expand_dims =
    write_tflite_facet<ExpandDims, write_tflite>();

}  // namespace tare
