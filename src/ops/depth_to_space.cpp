// DEPTH_TO_SPACE.
#include "ops/depth_to_space.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const DepthToSpace& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(op.block >= 1 && op.block < 32768, "block_size: expected 1 to 32767")) return;
  if (!in.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(4));
  if (!c.require(in.rank() == 4, "expected 4 dimensions (NHWC), got " + in.text())) return;
  Shape out = in;
  for (int d = 1; d <= 2; ++d) {
    if (!is_known(in[d])) continue;
    const auto extent = checked_mul(in[d], op.block);
    if (!c.require(extent.has_value(), "the result overflows")) return;
    out[d] = *extent;
  }
  if (!c.require(!is_known(in[3]) || in[3] % (op.block * op.block) == 0,
                 "channels do not divide into blocks"))
    return;
  if (is_known(in[3])) out[3] = in[3] / (op.block * op.block);
  c.output(0, c.dtype(0), out);
}

void eval(const DepthToSpace& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& out = c.output(0);
  const auto strides = strides_of(in.shape);
  StridedWalk walk(out.shape, {});
  move_elements(c, 0, [&](std::int64_t) {
    const std::int64_t y = walk.place(1) / op.block, x = walk.place(2) / op.block;
    const std::int64_t block = walk.place(1) % op.block * op.block + walk.place(2) % op.block;
    const std::int64_t channel = block * out.shape[3] + walk.place(3);
    const std::int64_t at = walk.place(0) * strides[0] + y * strides[1] + x * strides[2] + channel;
    walk.next();
    return Source{&in, at};
  });
}

bool lower(const DepthToSpace& op, XnnBuilder& b) {
  if (op.block < 2) return b.refuse("a block of 1");
  return b.depth_to_space(b.input(0), b.output(), op.block);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1))
    n.emit(DepthToSpace{
        .block = n.positive(n.options<tflite::DepthToSpaceOptions>().block_size(), "block_size")});
}

void write_tflite(const DepthToSpace& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_DEPTH_TO_SPACE,
            tflite::CreateDepthToSpaceOptions(w.fbb(), static_cast<std::int32_t>(op.block)), 2);
}

}  // namespace

const OpDef DepthToSpace::kOp = define_op<DepthToSpace, infer, no_cost>("depth_to_space");
extern const EvalFacet eval_depth_to_space = eval_facet<DepthToSpace, eval>();
extern const LowerFacet lower_depth_to_space = lower_facet<DepthToSpace, lower>();
extern const ReadTfliteFacet read_tflite_depth_to_space{tflite::BuiltinOperator_DEPTH_TO_SPACE,
                                                        read_tflite};
extern const WriteTfliteFacet write_tflite_depth_to_space =
    write_tflite_facet<DepthToSpace, write_tflite>();

}  // namespace tare
