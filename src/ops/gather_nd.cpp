// GATHER_ND.
#include "ops/gather_nd.h"

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const GatherNd&, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& at = c.shape(1);
  if (!c.require(is_integer(c.dtype(1)), "indices must be integers")) return;
  if (!at.ranked() || !in.ranked()) return c.output(0, c.dtype(0), Shape::unknown());
  if (!c.require(at.rank() >= 1, "indices must have a last dimension")) return;
  const Dim depth = at.back();
  if (!is_known(depth)) return c.output(0, c.dtype(0), Shape::unknown());
  if (!c.require(depth <= in.rank(),
                 "index tuples of " + std::to_string(depth) + " for " + in.text()))
    return;
  if (!c.require(at.rank() - 1 + in.rank() - static_cast<int>(depth) <= kMaxRank,
                 "a result of more than 8 dimensions"))
    return;
  Shape out;
  for (int d = 0; d + 1 < at.rank(); ++d) out.push_back(at[d]);
  for (int d = static_cast<int>(depth); d < in.rank(); ++d) out.push_back(in[d]);
  c.output(0, c.dtype(0), out);
}

void eval(const GatherNd&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& at = c.input(1);
  const std::int64_t depth = at.shape.back();
  const auto strides = strides_of(in.shape);
  std::int64_t slice = 1;
  for (int d = static_cast<int>(depth); d < in.shape.rank(); ++d) slice *= in.shape[d];
  const std::int64_t tuples = slice == 0 ? 0 : c.output(0).elements() / slice;
  auto starts = c.scratch<std::int64_t>(static_cast<std::size_t>(tuples));
  if (!c.ok()) return;
  for (std::int64_t t = 0; t < tuples; ++t) {
    std::int64_t start = 0;
    for (std::int64_t k = 0; k < depth; ++k) {
      const std::int64_t i = integer_at(at, t * depth + k);
      const Dim extent = in.shape[static_cast<int>(k)];
      if (!c.require(
              i >= 0 && i < extent,
              "index " + std::to_string(i) + " is outside an extent of " + std::to_string(extent)))
        return;
      start += i * strides[static_cast<std::size_t>(k)];
    }
    starts[static_cast<std::size_t>(t)] = start;
  }
  move_elements(c, 0, [&](std::int64_t i) {
    return Source{&in, starts[static_cast<std::size_t>(i / slice)] + i % slice};
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(GatherNd{});
}
void write_tflite(const GatherNd&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_GATHER_ND, 4);
}

}  // namespace

const OpDef GatherNd::kOp = define_op<GatherNd, infer, no_cost>("gather_nd");
extern const EvalFacet eval_gather_nd = eval_facet<GatherNd, eval>();
extern const ReadTfliteFacet read_tflite_gather_nd{tflite::BuiltinOperator_GATHER_ND, read_tflite};
extern const WriteTfliteFacet write_tflite_gather_nd = write_tflite_facet<GatherNd, write_tflite>();

}  // namespace tare
