// SPLIT: the extent must divide into as many parts as there are outputs.
#include "ops/split.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/split.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

int axis_of(std::int64_t axis, const Shape& shape) {
  return static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
}

void infer(const Split&, InferContext& c) {
  Shape part = c.shape(0);
  const auto axis = c.integers(1);
  if (!part.ranked() || !axis) {
    for (int o = 0; o < c.outputs(); ++o)
      c.output(o, c.dtype(0), part.ranked() ? Shape::of_rank(part.rank()) : part);
    return;
  }
  if (!c.require(axis->size() == 1, "the axis must be one number")) return;
  const int at = normalise_axis(c, axis->front(), part.rank());
  if (at < 0) return;
  if (is_known(part[at])) {
    if (!c.require(part[at] % c.outputs() == 0, "an extent of " + std::to_string(part[at]) +
                                                    " does not split into " +
                                                    std::to_string(c.outputs())))
      return;
    part[at] /= c.outputs();
  }
  for (int o = 0; o < c.outputs(); ++o) c.output(o, c.dtype(0), part);
}

void eval(const Split&, EvalContext& c) {
  eval_parts(c, 0, axis_of(integer_at(c.input(1), 0), c.input(0).shape));
}

bool lower(const Split&, XnnBuilder& b) {
  if (!b.is_constant(1)) return b.refuse("the axis is not constant");
  return lower_parts(b, 0, axis_of(b.constant_integers(1)[0], b.input_type(0).shape));
}

// TFLite puts the axis first.
void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2, n.outputs())) return;
  if (!n.require(n.outputs() >= 1 && n.options<tflite::SplitOptions>().num_splits() == n.outputs(),
                 "num_splits: not the number of outputs"))
    return;
  n.emit(Split{}, {n.input(1), n.input(0)});
}

void write_tflite(const Split&, TfliteWriter& w) {
  const auto& node = w.node();
  w.order_inputs({node.inputs[1], node.inputs[0]});
  w.builtin(tflite::BuiltinOperator_SPLIT,
            tflite::CreateSplitOptions(w.fbb(), static_cast<std::int32_t>(node.outputs.size())), 2);
}

}  // namespace

const OpDef Split::kOp = define_op<Split, infer, no_cost>("split");
extern const EvalFacet eval_split = eval_facet<Split, eval>();
extern const LowerFacet lower_split = lower_facet<Split, lower>();
extern const ReadTfliteFacet read_tflite_split{tflite::BuiltinOperator_SPLIT, read_tflite};
extern const WriteTfliteFacet write_tflite_split = write_tflite_facet<Split, write_tflite>();

}  // namespace tare
