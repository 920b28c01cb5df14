// Ops that order, rank and move whole rows, made of others; and ops that are refused by name.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/gather.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

// Along each axis element i comes from i - shift.
void roll(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const auto axes = n.known_integers(2, "the axes");
  ValueId x = n.input(0);
  const Shape shifts = n.type(1).shape;
  if (!n.ok() || !n.require(shifts.ranked() && shifts.rank() <= 1 &&
                                (!shifts.known() ||
                                 shifts.elements() == static_cast<std::int64_t>(axes.size())),
                            "shift: expected a number for each axis"))
    return;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int rank = g.rank(x);
    if (!n.require(axes[i] >= -rank && axes[i] < rank,
                   "there is no axis " + std::to_string(axes[i])))
      return;
    const int axis = static_cast<int>(axes[i] < 0 ? axes[i] + rank : axes[i]);
    const Extent extent = g.extent(x, axis);
    const ValueId shift = g.cast(
        shifts.rank() == 0 ? n.input(1) : g.pick(n.input(1), 0, static_cast<std::int64_t>(i)),
        DType::kInt32);
    const ValueId count = g.maximum(g.shape_vector(std::span(&extent, 1)), 1.0);
    const ValueId places = g.binary(BinaryKind::kFloorMod, g.sub(g.range(extent), shift), count);
    x = g.gather(x, places, axis);
  }
  n.output(0, x);
}

// True where fewer than k classes lie above the target's; false beside what is not finite and for
// targets that are no class.
void in_top_k(TfNode& n) {
  if (!n.expect(2, 3)) return;
  Compose g(n.builder());
  const ValueId predictions = n.input(0);
  if (!n.require(g.rank(predictions) == 2 && g.rank(n.input(1)) == 1,
                 "expected [rows, classes] and [rows]"))
    return;
  const ValueId k = n.inputs() == 3 ? g.cast(n.input(2), DType::kInt32)
                                    : n.builder().scalar_i32(static_cast<std::int32_t>(
                                          std::min<std::int64_t>(n.integer("k"), INT32_MAX)));
  const Extent classes = g.extent(predictions, 1);
  const ValueId count = g.shape_vector(std::span(&classes, 1));
  const ValueId target = g.cast(n.input(1), DType::kInt32);
  const ValueId is_class = g.logical_and(g.binary(BinaryKind::kGreaterEqual, target, 0.0),
                                         g.binary(BinaryKind::kLess, target, count));
  const ValueId row = g.expand_dims(g.maximum(g.minimum(target, g.sub(count, 1.0)), 0.0), 1);
  const ValueId own = g.gather(predictions, row, 1, 1);
  const ValueId above =
      g.sum(g.cast(g.binary(BinaryKind::kGreater, predictions, own), DType::kInt32), {1});
  const ValueId finite = g.all(g.unary(UnaryKind::kIsFinite, predictions), {1});
  n.output(0,
           g.logical_and(g.logical_and(is_class, finite), g.binary(BinaryKind::kLess, above, k)));
}

void decision_forest(TfNode& n) {
  n.fail(
      "decision forests need the inference code of TensorFlow Decision Forests, which is not part "
      "of this engine; a network without them can run",
      Code::kUnsupported);
}

}  // namespace

extern const ReadTfFacet read_tf_in_top_k{"InTopK", in_top_k};
extern const ReadTfFacet read_tf_in_top_k_v2{"InTopKV2", in_top_k};
extern const ReadTfFacet read_tf_roll{"Roll", roll};
extern const ReadTfFacet read_tf_simple_ml_create{"SimpleMLCreateModelResource", decision_forest};
extern const ReadTfFacet read_tf_simple_ml_infer{"SimpleMLInferenceOpWithHandle", decision_forest};
extern const ReadTfFacet read_tf_simple_ml_load{"SimpleMLLoadModelFromPathWithHandle",
                                                decision_forest};

}  // namespace tare
