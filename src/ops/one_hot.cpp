// ONE_HOT. An index outside [0, depth) gives a row of off values, as in TensorFlow.
#include "ops/one_hot.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const OneHot& op, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  Shape out = c.shape(0);
  if (!c.require(c.dtype(2) == c.dtype(3), "on and off values of different types")) return;
  for (int i = 1; i <= 3; ++i) {
    if (c.shape(i).known() &&
        !c.require(c.shape(i).elements() == 1, "depth, on and off values must be scalars"))
      return;
  }
  if (!out.ranked()) return c.output(0, c.dtype(2), out);
  if (!c.require(out.rank() < kMaxRank, "a result of more than 8 dimensions")) return;
  const int axis = normalise_axis(c, op.axis, out.rank() + 1);
  if (axis < 0) return;
  const auto depth = c.contents(1);
  if (!c.require(!depth || !depth->front().known || depth->front().value >= 0, "a negative depth"))
    return;
  out.insert(axis, depth ? depth->front().dim() : kUnknownDim);
  c.output(0, c.dtype(2), out);
}

void eval(const OneHot& op, EvalContext& c) {
  const Shape& out = c.output(0).shape;
  const int axis = static_cast<int>(op.axis < 0 ? op.axis + out.rank() : op.axis);
  std::int64_t inner = 1;
  for (int d = axis + 1; d < out.rank(); ++d) inner *= out[d];
  const std::int64_t depth = out[axis];
  const Tensor& indices = c.input(0);
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t wanted = integer_at(indices, i / (inner * depth) * inner + i % inner);
    return Source{wanted == i / inner % depth ? &c.input(2) : &c.input(3), 0};
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(4, 4)) n.emit(OneHot{.axis = n.options<tflite::OneHotOptions>().axis()});
}
void write_tflite(const OneHot& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_ONE_HOT,
            tflite::CreateOneHotOptions(w.fbb(), static_cast<std::int32_t>(op.axis)));
}

}  // namespace

const OpDef OneHot::kOp = define_op<OneHot, infer, no_cost>("one_hot");
extern const EvalFacet eval_one_hot = eval_facet<OneHot, eval>();
extern const ReadTfliteFacet read_tflite_one_hot{tflite::BuiltinOperator_ONE_HOT, read_tflite};
extern const WriteTfliteFacet write_tflite_one_hot = write_tflite_facet<OneHot, write_tflite>();

}  // namespace tare
