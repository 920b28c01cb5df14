// BROADCAST_TO.
#include "ops/broadcast_to.h"

#include "ir/facets.h"
#include "ops/common/broadcast.h"
#include "ops/common/move.h"
#include "ops/common/wanted_shape.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const BroadcastTo&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  const Shape wanted = wanted_shape(c, 1);
  const Shape& in = c.shape(0);
  if (wanted.ranked() && in.ranked()) {
    if (!c.require(in.rank() <= wanted.rank(),
                   "cannot broadcast " + in.text() + " to " + wanted.text()))
      return;
    for (int i = 1; i <= in.rank(); ++i) {
      const Dim from = in[in.rank() - i], to = wanted[wanted.rank() - i];
      if (!c.require(!is_known(from) || !is_known(to) || from == 1 || from == to,
                     "cannot broadcast " + in.text() + " to " + wanted.text()))
        return;
    }
  }
  c.output(0, c.dtype(0), wanted);
}

void eval(const BroadcastTo&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Shape& out = c.output(0).shape;
  const auto strides = strides_of(in.shape);
  std::array<std::int64_t, kMaxRank> steps{};
  const int shift = out.rank() - in.shape.rank();
  for (int d = 0; d < in.shape.rank(); ++d) {
    if (in.shape[d] != 1)
      steps[static_cast<std::size_t>(d + shift)] = strides[static_cast<std::size_t>(d)];
  }
  StridedWalk walk(out, steps);
  move_elements(c, 0, [&](std::int64_t) {
    const Source s{&in, walk.at()};
    walk.next();
    return s;
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(BroadcastTo{});
}
void write_tflite(const BroadcastTo&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_BROADCAST_TO, 3);
}

}  // namespace

const OpDef BroadcastTo::kOp = define_op<BroadcastTo, infer, no_cost>("broadcast_to");
extern const EvalFacet eval_broadcast_to = eval_facet<BroadcastTo, eval>();
extern const ReadTfliteFacet read_tflite_broadcast_to{tflite::BuiltinOperator_BROADCAST_TO,
                                                      read_tflite};
extern const WriteTfliteFacet write_tflite_broadcast_to =
    write_tflite_facet<BroadcastTo, write_tflite>();

}  // namespace tare
