// Fake quantisation: one op where the range is constant; else what it does, of other ops.
#include <cmath>

#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/fake_quant.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

FakeQuant settings(TfNode& n) {
  return {.num_bits = n.integer("num_bits", 8), .narrow_range = n.flag("narrow_range", false)};
}

void with_attributes(TfNode& n) {
  if (!n.expect(1)) return;
  FakeQuant op = settings(n);
  op.min = static_cast<float>(n.number("min", -6));
  op.max = static_cast<float>(n.number("max", 6));
  n.become(op);
}

// The grid has 0 on it: its lower end moves to a whole number of steps.
void with_inputs(TfNode& n) {
  if (!n.expect(3)) return;
  const FakeQuant op = settings(n);
  if (!n.require(op.num_bits >= 2 && op.num_bits <= 16, "num_bits: expected 2 to 16")) return;
  Compose g(n.builder());
  const double low = op.narrow_range ? 1 : 0,
               high = std::ldexp(1.0, static_cast<int>(op.num_bits)) - 1;
  const ValueId min = n.input(1), max = n.input(2);
  const ValueId nothing =
      g.logical_and(g.binary(BinaryKind::kEqual, min, 0.0), g.binary(BinaryKind::kEqual, max, 0.0));
  const ValueId range = g.select(nothing, g.number(1, DType::kFloat32), g.sub(max, min));
  const ValueId step = g.div(range, high - low);
  const ValueId zero = g.clip(g.sub(low, g.div(min, step)), low, high);
  const ValueId at = g.unary(UnaryKind::kFloor, g.add(zero, 0.5));
  const ValueId first = g.mul(g.sub(low, at), step), last = g.mul(g.sub(high, at), step);
  const ValueId inside = g.minimum(g.maximum(n.input(0), first), last);
  const ValueId steps =
      g.unary(UnaryKind::kFloor, g.add(g.mul(g.sub(inside, first), g.div(1.0, step)), 0.5));
  const ValueId y = g.add(g.mul(steps, step), first);
  n.output(0, g.mul(y, g.cast(g.logical_not(nothing), DType::kFloat32)));
}

void one_range(TfNode& n) {
  if (!n.expect(3)) return;
  FakeQuant op = settings(n);
  for (int i = 1; i < 3; ++i) {
    const auto bound = n.constant(i);
    if (!bound || bound->type.dtype != DType::kFloat32 || bound->type.shape.elements() != 1)
      return with_inputs(n);
    (i == 1 ? op.min : op.max) = bound->bytes.as<float>()[0];
  }
  n.output(0, n.emit(op, {n.input(0)}));
}

}  // namespace

extern const ReadTfFacet read_tf_fake_quant_with_min_max_args{"FakeQuantWithMinMaxArgs",
                                                              with_attributes};
extern const ReadTfFacet read_tf_fake_quant_with_min_max_vars{"FakeQuantWithMinMaxVars", one_range};
extern const ReadTfFacet read_tf_fake_quant_per_channel{"FakeQuantWithMinMaxVarsPerChannel",
                                                        with_inputs};

}  // namespace tare
