// REVERSE_V2.
#include "ops/reverse_v2.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const ReverseV2&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  const Shape& in = c.shape(0);
  if (const auto axes = c.integers(1); axes && in.ranked()) {
    std::vector<bool> seen(static_cast<std::size_t>(in.rank()), false);
    for (const std::int64_t axis : *axes) {
      const int at = normalise_axis(c, axis, in.rank());
      if (at < 0 || !c.require(!seen[static_cast<std::size_t>(at)], "an axis is named twice"))
        return;
      seen[static_cast<std::size_t>(at)] = true;
    }
  }
  c.output(0, c.dtype(0), in);
}

void eval(const ReverseV2&, EvalContext& c) {
  const Tensor& in = c.input(0);
  auto steps = strides_of(in.shape);
  std::int64_t start = 0;
  for (std::int64_t i = 0; i < c.input(1).elements(); ++i) {
    std::int64_t axis = integer_at(c.input(1), i);
    if (axis < 0) axis += in.shape.rank();
    if (!c.require(axis >= 0 && axis < in.shape.rank(), "an axis is outside the tensor")) return;
    std::int64_t& step = steps[static_cast<std::size_t>(axis)];
    if (!c.require(step >= 0, "an axis is named twice")) return;
    start += step * (in.shape[static_cast<int>(axis)] - 1);
    step = -step;
  }
  StridedWalk walk(in.shape, steps, start);
  move_elements(c, 0, [&](std::int64_t) {
    const Source s{&in, walk.at()};
    walk.next();
    return s;
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(ReverseV2{});
}
void write_tflite(const ReverseV2&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_REVERSE_V2, 3);
}

}  // namespace

const OpDef ReverseV2::kOp = define_op<ReverseV2, infer, no_cost>("reverse_v2");
extern const EvalFacet eval_reverse_v2 = eval_facet<ReverseV2, eval>();
extern const ReadTfliteFacet read_tflite_reverse_v2{tflite::BuiltinOperator_REVERSE_V2,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_reverse_v2 =
    write_tflite_facet<ReverseV2, write_tflite>();

}  // namespace tare
