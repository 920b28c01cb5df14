// SPLIT_V: sizes must add up to the extent; one may be -1 and takes what is left.
#include "ops/split_v.h"

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

void infer(const SplitV&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)) && is_integer(c.dtype(2)),
                 "input 1 and 2 must be integers"))
    return;
  const Shape& in = c.shape(0);
  const auto sizes = c.integers(1);
  const auto axis = c.integers(2);
  if (!in.ranked() || !sizes || !axis) {
    for (int o = 0; o < c.outputs(); ++o)
      c.output(o, c.dtype(0), in.ranked() ? Shape::of_rank(in.rank()) : in);
    return;
  }
  if (!c.require(axis->size() == 1, "the axis must be one number")) return;
  if (!c.require(static_cast<int>(sizes->size()) == c.outputs(),
                 "as many sizes as outputs are needed"))
    return;
  const int at = normalise_axis(c, axis->front(), in.rank());
  if (at < 0) return;
  std::int64_t total = 0;
  int open = 0;
  for (const std::int64_t s : *sizes) {
    if (!c.require(s >= -1 && s < (std::int64_t{1} << 40), "a size below -1 or beyond 2^40"))
      return;
    if (s < 0)
      ++open;
    else
      total += s;
  }
  if (!c.require(open <= 1, "more than one size is -1")) return;
  if (is_known(in[at]) && !c.require(open ? total <= in[at] : total == in[at],
                                     "the sizes do not add up to " + std::to_string(in[at])))
    return;
  for (int o = 0; o < c.outputs(); ++o) {
    const std::int64_t s = (*sizes)[static_cast<std::size_t>(o)];
    Shape part = in;
    part[at] = s >= 0 ? s : is_known(in[at]) ? in[at] - total : kUnknownDim;
    c.output(o, c.dtype(0), part);
  }
}

void eval(const SplitV&, EvalContext& c) {
  eval_parts(c, 0, axis_of(integer_at(c.input(2), 0), c.input(0).shape));
}

bool lower(const SplitV&, XnnBuilder& b) {
  if (!b.is_constant(2)) return b.refuse("the axis is not constant");
  return lower_parts(b, 0, axis_of(b.constant_integers(2)[0], b.input_type(0).shape));
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(3, 3, n.outputs())) return;
  if (n.require(n.outputs() >= 1 && n.options<tflite::SplitVOptions>().num_splits() == n.outputs(),
                "num_splits: not the number of outputs"))
    n.emit(SplitV{});
}

void write_tflite(const SplitV&, TfliteWriter& w) {
  w.builtin(
      tflite::BuiltinOperator_SPLIT_V,
      tflite::CreateSplitVOptions(w.fbb(), static_cast<std::int32_t>(w.node().outputs.size())), 2);
}

}  // namespace

const OpDef SplitV::kOp = define_op<SplitV, infer, no_cost>("split_v");
extern const EvalFacet eval_split_v = eval_facet<SplitV, eval>();
extern const LowerFacet lower_split_v = lower_facet<SplitV, lower>();
extern const ReadTfliteFacet read_tflite_split_v{tflite::BuiltinOperator_SPLIT_V, read_tflite};
extern const WriteTfliteFacet write_tflite_split_v = write_tflite_facet<SplitV, write_tflite>();

}  // namespace tare
