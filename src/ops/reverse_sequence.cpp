// REVERSE_SEQUENCE.
#include "ops/reverse_sequence.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const ReverseSequence& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& lengths = c.shape(1);
  if (in.ranked()) {
    const int seq = normalise_axis(c, op.seq_axis, in.rank()),
              batch = normalise_axis(c, op.batch_axis, in.rank());
    if (seq < 0 || batch < 0 || !c.require(seq != batch, "seq_dim and batch_dim are the same"))
      return;
    if (lengths.known() && is_known(in[batch]) &&
        !c.require(lengths.elements() == in[batch], "a length for each batch is needed"))
      return;
  }
  c.output(0, c.dtype(0), in);
}

void eval(const ReverseSequence& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const int rank = in.shape.rank();
  const int seq = static_cast<int>(op.seq_axis < 0 ? op.seq_axis + rank : op.seq_axis);
  const int batch = static_cast<int>(op.batch_axis < 0 ? op.batch_axis + rank : op.batch_axis);
  for (std::int64_t b = 0; b < c.input(1).elements(); ++b) {
    const std::int64_t length = integer_at(c.input(1), b);
    if (!c.require(length >= 0 && length <= in.shape[seq], "a sequence length outside the tensor"))
      return;
  }
  const auto strides = strides_of(in.shape);
  StridedWalk walk(in.shape, strides);
  move_elements(c, 0, [&](std::int64_t) {
    const std::int64_t length = integer_at(c.input(1), walk.place(batch)), p = walk.place(seq);
    const std::int64_t at =
        p < length ? walk.at() + (length - 1 - 2 * p) * strides[static_cast<std::size_t>(seq)]
                   : walk.at();
    walk.next();
    return Source{&in, at};
  });
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::ReverseSequenceOptions>();
  n.emit(ReverseSequence{.seq_axis = o.seq_dim(), .batch_axis = o.batch_dim()});
}
void write_tflite(const ReverseSequence& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_REVERSE_SEQUENCE,
            tflite::CreateReverseSequenceOptions(w.fbb(), static_cast<std::int32_t>(op.seq_axis),
                                                 static_cast<std::int32_t>(op.batch_axis)));
}

}  // namespace

const OpDef ReverseSequence::kOp = define_op<ReverseSequence, infer, no_cost>("reverse_sequence");
extern const EvalFacet eval_reverse_sequence = eval_facet<ReverseSequence, eval>();
extern const ReadTfliteFacet read_tflite_reverse_sequence{tflite::BuiltinOperator_REVERSE_SEQUENCE,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_reverse_sequence =
    write_tflite_facet<ReverseSequence, write_tflite>();

}  // namespace tare
