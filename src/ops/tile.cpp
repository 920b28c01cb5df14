// TILE.
#include "ops/tile.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Tile&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  Shape out = c.shape(0);
  const auto times = c.contents(1);
  if (!out.ranked()) return c.output(0, c.dtype(0), out);
  if (!times) return c.output(0, c.dtype(0), Shape::of_rank(out.rank()));
  if (!c.require(static_cast<int>(times->size()) == out.rank(),
                 "as many multiples as dimensions are needed"))
    return;
  for (int d = 0; d < out.rank(); ++d) {
    const Element& t = (*times)[static_cast<std::size_t>(d)];
    if (!c.require(!t.known || t.value >= 0, "a negative multiple")) return;
    if (t == Element::of(1)) continue;
    if (t.known && is_known(out[d])) {
      const auto extent = checked_mul(out[d], t.value);
      if (!c.require(extent.has_value(), "the result overflows")) return;
      out[d] = *extent;
    } else {
      out[d] = out[d] == 1 ? t.dim() : kUnknownDim;
    }
  }
  c.output(0, c.dtype(0), out);
}

void eval(const Tile&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Shape out = c.output(0).shape;
  const auto strides = strides_of(in.shape);
  std::array<std::int64_t, kMaxRank> unit{};
  StridedWalk walk(out, unit);
  move_elements(c, 0, [&](std::int64_t) {
    std::int64_t at = 0;
    for (int d = 0; d < out.rank(); ++d)
      at += walk.place(d) % in.shape[d] * strides[static_cast<std::size_t>(d)];
    walk.next();
    return Source{&in, at};
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(Tile{});
}
void write_tflite(const Tile&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_TILE, 3); }

}  // namespace

const OpDef Tile::kOp = define_op<Tile, infer, no_cost>("tile");
extern const EvalFacet eval_tile = eval_facet<Tile, eval>();
extern const ReadTfliteFacet read_tflite_tile{tflite::BuiltinOperator_TILE, read_tflite};
extern const WriteTfliteFacet write_tflite_tile = write_tflite_facet<Tile, write_tflite>();

}  // namespace tare
