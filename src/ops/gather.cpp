// GATHER: output = batch dims, dims before the axis, index dims (beyond the batch), dims after it.
#include "ops/gather.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Gather& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& at = c.shape(1);
  if (!c.require(is_integer(c.dtype(1)), "indices must be integers")) return;
  if (!in.ranked() || !at.ranked()) return c.output(0, c.dtype(0), Shape::unknown());
  const int axis = normalise_axis(c, op.axis, in.rank());
  const auto batch =
      static_cast<int>(op.batch_dims < 0 ? op.batch_dims + at.rank() : op.batch_dims);
  if (axis < 0 ||
      !c.require(op.batch_dims >= -at.rank() && batch >= 0 && batch <= axis && batch <= at.rank(),
                 "batch_dims: outside the indices or beyond the axis"))
    return;
  if (!c.require(in.rank() + at.rank() - 1 - batch <= kMaxRank,
                 "a result of more than 8 dimensions"))
    return;
  Shape out;
  for (int d = 0; d < axis; ++d) {
    if (d < batch && !c.require(!is_known(in[d]) || !is_known(at[d]) || in[d] == at[d],
                                "batch dimensions differ: " + in.text() + " and " + at.text()))
      return;
    out.push_back(in[d]);
  }
  for (int d = batch; d < at.rank(); ++d) out.push_back(at[d]);
  for (int d = axis + 1; d < in.rank(); ++d) out.push_back(in[d]);
  c.output(0, c.dtype(0), out);
  const auto indices = c.integers(1);
  if (!indices) return;
  for (const std::int64_t i : *indices) {
    if (is_known(in[axis]) && !c.require(i >= 0 && i < in[axis], "index " + std::to_string(i) +
                                                                     " is outside an extent of " +
                                                                     std::to_string(in[axis])))
      return;
  }
  if (const auto elements = c.contents(0); elements && in.rank() == 1) {
    Contents picked;
    for (const std::int64_t i : *indices)
      picked.push_back((*elements)[static_cast<std::size_t>(i)]);
    c.output_contents(0, std::move(picked));
  }
}

void eval(const Gather& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& at = c.input(1);
  const int axis = static_cast<int>(op.axis < 0 ? op.axis + in.shape.rank() : op.axis);
  const int batch =
      static_cast<int>(op.batch_dims < 0 ? op.batch_dims + at.shape.rank() : op.batch_dims);
  std::int64_t outer = 1, inner = 1, picks = 1;
  for (int d = batch; d < axis; ++d) outer *= in.shape[d];
  for (int d = axis + 1; d < in.shape.rank(); ++d) inner *= in.shape[d];
  for (int d = batch; d < at.shape.rank(); ++d) picks *= at.shape[d];
  const std::int64_t extent = in.shape[axis];
  for (std::int64_t i = 0; i < at.elements(); ++i) {
    const std::int64_t k = integer_at(at, i);
    if (!c.require(k >= 0 && k < extent, "index " + std::to_string(k) +
                                             " is outside an extent of " + std::to_string(extent)))
      return;
  }
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t r = i / inner, pick = r % picks, o = r / picks % outer,
                       b = r / (picks * outer);
    return Source{
        &in, ((b * outer + o) * extent + integer_at(at, b * picks + pick)) * inner + i % inner};
  });
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::GatherOptions>();
  n.emit(Gather{.axis = o.axis(), .batch_dims = o.batch_dims()});
}

void write_tflite(const Gather& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_GATHER,
            tflite::CreateGatherOptions(w.fbb(), static_cast<std::int32_t>(op.axis),
                                        static_cast<std::int32_t>(op.batch_dims)),
            5);
}

}  // namespace

const OpDef Gather::kOp = define_op<Gather, infer, no_cost>("gather");
extern const EvalFacet eval_gather = eval_facet<Gather, eval>();
extern const ReadTfliteFacet read_tflite_gather{tflite::BuiltinOperator_GATHER, read_tflite};
extern const WriteTfliteFacet write_tflite_gather = write_tflite_facet<Gather, write_tflite>();

}  // namespace tare
