// BATCH_TO_SPACE_ND.
#include "ops/batch_to_space_nd.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const BatchToSpaceNd&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)) && is_integer(c.dtype(2)),
                 "input 1 and 2 must be integers"))
    return;
  const Shape& in = c.shape(0);
  const auto blocks = c.integers(1), crops = c.integers(2);
  if (!in.ranked() || !blocks || !crops)
    return c.output(0, c.dtype(0), in.ranked() ? Shape::of_rank(in.rank()) : in);
  const auto spatial = static_cast<int>(blocks->size());
  if (!c.require(spatial + 1 <= in.rank() && crops->size() == 2 * blocks->size(),
                 "blocks and crops do not fit " + in.text()))
    return;
  Shape out = in;
  for (int d = 0; d < spatial; ++d) {
    const std::int64_t block = (*blocks)[static_cast<std::size_t>(d)];
    const std::int64_t before = (*crops)[static_cast<std::size_t>(2 * d)],
                       after = (*crops)[static_cast<std::size_t>(2 * d + 1)];
    if (!c.require(block >= 1 && before >= 0 && after >= 0, "a block below 1 or a negative crop"))
      return;
    if (is_known(out[0])) {
      if (!c.require(out[0] % block == 0, "the batch does not divide into blocks")) return;
      out[0] /= block;
    } else if (block != 1) {
      out[0] = kUnknownDim;
    }
    if (!is_known(in[d + 1])) {
      out[d + 1] = kUnknownDim;
      continue;
    }
    const auto full = checked_mul(in[d + 1], block);
    if (!c.require(full && before <= *full && after <= *full - before, "the crops leave nothing"))
      return;
    out[d + 1] = *full - before - after;
  }
  c.output(0, c.dtype(0), out);
}

void eval(const BatchToSpaceNd&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Shape& out = c.output(0).shape;
  const auto strides = strides_of(in.shape);
  const auto spatial = static_cast<int>(c.input(1).elements());
  StridedWalk walk(out, {});
  move_elements(c, 0, [&](std::int64_t) {
    std::int64_t block = 0, at = 0;
    for (int d = 1; d <= spatial; ++d) {
      const std::int64_t size = integer_at(c.input(1), d - 1);
      const std::int64_t p = walk.place(d) + integer_at(c.input(2), 2 * (d - 1));
      block = block * size + p % size;
      at += p / size * strides[static_cast<std::size_t>(d)];
    }
    for (int d = spatial + 1; d < out.rank(); ++d)
      at += walk.place(d) * strides[static_cast<std::size_t>(d)];
    at += (block * out[0] + walk.place(0)) * strides[0];
    walk.next();
    return Source{&in, at};
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(BatchToSpaceNd{});
}
void write_tflite(const BatchToSpaceNd&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_BATCH_TO_SPACE_ND, 3);
}

}  // namespace

const OpDef BatchToSpaceNd::kOp = define_op<BatchToSpaceNd, infer, no_cost>("batch_to_space_nd");
extern const EvalFacet eval_batch_to_space_nd = eval_facet<BatchToSpaceNd, eval>();
extern const ReadTfliteFacet read_tflite_batch_to_space_nd{
    tflite::BuiltinOperator_BATCH_TO_SPACE_ND, read_tflite};
extern const WriteTfliteFacet write_tflite_batch_to_space_nd =
    write_tflite_facet<BatchToSpaceNd, write_tflite>();

}  // namespace tare
