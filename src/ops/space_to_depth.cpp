// SPACE_TO_DEPTH.
#include "ops/space_to_depth.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const SpaceToDepth& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(op.block >= 1 && op.block < 32768, "block_size: expected 1 to 32767")) return;
  if (!in.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(4));
  if (!c.require(in.rank() == 4, "expected 4 dimensions (NHWC), got " + in.text())) return;
  Shape out = in;
  for (int d = 1; d <= 2; ++d) {
    if (!c.require(!is_known(in[d]) || in[d] % op.block == 0,
                   "an extent of " + std::to_string(in[d]) + " does not divide into blocks"))
      return;
    if (is_known(in[d])) out[d] = in[d] / op.block;
  }
  if (is_known(in[3])) {
    const auto channels = checked_mul(in[3], op.block * op.block);
    if (!c.require(channels.has_value(), "too many channels")) return;
    out[3] = *channels;
  }
  c.output(0, c.dtype(0), out);
}

void eval(const SpaceToDepth& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& out = c.output(0);
  const auto strides = strides_of(in.shape);
  StridedWalk walk(out.shape, {});
  move_elements(c, 0, [&](std::int64_t) {
    // y = (block row, block column, input channel), in this order, within the output channels.
    const std::int64_t channel = walk.place(3) % in.shape[3], block = walk.place(3) / in.shape[3];
    const std::int64_t y = walk.place(1) * op.block + block / op.block,
                       x = walk.place(2) * op.block + block % op.block;
    const std::int64_t at = walk.place(0) * strides[0] + y * strides[1] + x * strides[2] + channel;
    walk.next();
    return Source{&in, at};
  });
}

bool lower(const SpaceToDepth& op, XnnBuilder& b) {
  if (op.block < 2) return b.refuse("a block of 1");
  return b.space_to_depth(b.input(0), b.output(), op.block);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1))
    n.emit(SpaceToDepth{
        .block = n.positive(n.options<tflite::SpaceToDepthOptions>().block_size(), "block_size")});
}

void write_tflite(const SpaceToDepth& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_SPACE_TO_DEPTH,
            tflite::CreateSpaceToDepthOptions(w.fbb(), static_cast<std::int32_t>(op.block)), 2);
}

}  // namespace

const OpDef SpaceToDepth::kOp = define_op<SpaceToDepth, infer, no_cost>("space_to_depth");
extern const EvalFacet eval_space_to_depth = eval_facet<SpaceToDepth, eval>();
extern const LowerFacet lower_space_to_depth = lower_facet<SpaceToDepth, lower>();
extern const ReadTfliteFacet read_tflite_space_to_depth{tflite::BuiltinOperator_SPACE_TO_DEPTH,
                                                        read_tflite};
extern const WriteTfliteFacet write_tflite_space_to_depth =
    write_tflite_facet<SpaceToDepth, write_tflite>();

}  // namespace tare
