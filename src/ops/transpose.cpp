// TRANSPOSE: output dimension d is input dimension permutation[d].
#include "ops/transpose.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Transpose&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  const Shape& in = c.shape(0);
  const auto permutation = c.integers(1);
  if (!in.ranked()) return c.output(0, c.dtype(0), Shape::unknown());
  if (!permutation) return c.output(0, c.dtype(0), Shape::of_rank(in.rank()));
  if (!c.require(static_cast<int>(permutation->size()) == in.rank(),
                 "the permutation has " + std::to_string(permutation->size()) + " entries for " +
                     in.text()))
    return;
  const auto seen = axis_flags(c, *permutation, in.rank());
  if (!seen) return;
  for (const bool b : *seen)
    if (!c.require(b, "the permutation names a dimension twice")) return;
  Shape out = in;
  for (int d = 0; d < in.rank(); ++d)
    out[d] = in[normalise_axis(c, (*permutation)[static_cast<std::size_t>(d)], in.rank())];
  c.output(0, c.dtype(0), out);
}

void eval(const Transpose&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& out = c.output(0);
  const auto strides = strides_of(in.shape);
  std::array<std::int64_t, kMaxRank> steps{};
  for (int d = 0; d < out.shape.rank(); ++d) {
    const std::int64_t p = integer_at(c.input(1), d);
    steps[static_cast<std::size_t>(d)] =
        strides[static_cast<std::size_t>(p < 0 ? p + in.shape.rank() : p)];
  }
  StridedWalk walk(out.shape, steps);
  move_elements(c, 0, [&](std::int64_t) {
    const Source s{&in, walk.at()};
    walk.next();
    return s;
  });
}

bool lower(const Transpose&, XnnBuilder& b) {
  auto permutation = b.constant_integers(1);
  if (!b.is_constant(1)) return b.refuse("the permutation is not constant");
  for (std::int64_t& p : permutation)
    if (p < 0) p += b.output_type().shape.rank();
  return b.transpose(b.input(0), b.output(), permutation);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(Transpose{});
}
void write_tflite(const Transpose&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_TRANSPOSE, 2);
}

}  // namespace

const OpDef Transpose::kOp = define_op<Transpose, infer, no_cost>("transpose");
extern const EvalFacet eval_transpose = eval_facet<Transpose, eval>();
extern const LowerFacet lower_transpose = lower_facet<Transpose, lower>();
extern const ReadTfliteFacet read_tflite_transpose{tflite::BuiltinOperator_TRANSPOSE, read_tflite};
extern const WriteTfliteFacet write_tflite_transpose =
    write_tflite_facet<Transpose, write_tflite>();

}  // namespace tare
