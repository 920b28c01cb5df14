// SELECT and SELECT_V2.
#include "ops/select.h"

#include "ir/facets.h"
#include "ops/common/broadcast.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

// SELECT with a vector condition for operands of higher rank: it picks along the first dimension.
bool picks_rows(const Select& op, const Shape& condition, const Shape& x) {
  return !op.broadcast && condition.ranked() && x.ranked() && condition.rank() == 1 && x.rank() > 1;
}

void infer(const Select& op, InferContext& c) {
  if (!c.require(c.dtype(0) == DType::kBool, "the condition must be bool")) return;
  if (!c.require(c.dtype(1) == c.dtype(2), "the two sides are of different types")) return;
  if (picks_rows(op, c.shape(0), c.shape(1))) {
    if (!c.require(compatible(c.shape(1), c.shape(2)), "the two sides are of different shapes"))
      return;
    const Dim rows = c.shape(1)[0], flags = c.shape(0)[0];
    if (!c.require(!is_known(rows) || !is_known(flags) || rows == flags,
                   "the condition has not one entry a row"))
      return;
    return c.output(0, c.dtype(1), c.shape(1));
  }
  c.output(0, c.dtype(1),
           broadcast_shape(c, c.shape(0), broadcast_shape(c, c.shape(1), c.shape(2))));
  const auto flag = c.contents(0), x = c.contents(1), y = c.contents(2);
  if (flag && x && y && flag->size() == 1 && flag->front().known && x->size() == y->size())
    c.output_contents(0, flag->front().value ? *x : *y);
}

void eval(const Select& op, EvalContext& c) {
  const Tensor& flag = c.input(0);
  const Tensor& x = c.input(1);
  const Tensor& y = c.input(2);
  const Shape& out = c.output(0).shape;
  const auto picked = [&](std::int64_t f) {
    return flag.as<std::uint8_t>()[static_cast<std::size_t>(f)] != 0;
  };
  if (picks_rows(op, flag.shape, x.shape)) {
    const std::int64_t row = out[0] == 0 ? 1 : out.elements() / out[0];
    return move_elements(c, 0,
                         [&](std::int64_t i) { return Source{picked(i / row) ? &x : &y, i}; });
  }
  const auto steps = [&](const Shape& s) {
    const auto strides = strides_of(s);
    std::array<std::int64_t, kMaxRank> result{};
    for (int d = 0; d < s.rank(); ++d) {
      if (s[d] != 1)
        result[static_cast<std::size_t>(d + out.rank() - s.rank())] =
            strides[static_cast<std::size_t>(d)];
    }
    return result;
  };
  StridedWalk f(out, steps(flag.shape)), a(out, steps(x.shape)), b(out, steps(y.shape));
  move_elements(c, 0, [&](std::int64_t) {
    const Source s = picked(f.at()) ? Source{&x, a.at()} : Source{&y, b.at()};
    f.next();
    a.next();
    b.next();
    return s;
  });
}

void read_select(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(Select{.broadcast = false});
}
void read_select_v2(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(Select{.broadcast = true});
}
void write_tflite(const Select& op, TfliteWriter& w) {
  w.builtin(op.broadcast ? tflite::BuiltinOperator_SELECT_V2 : tflite::BuiltinOperator_SELECT);
}

}  // namespace

const OpDef Select::kOp = define_op<Select, infer, no_cost>("select");
extern const EvalFacet eval_select = eval_facet<Select, eval>();
extern const ReadTfliteFacet read_tflite_select{tflite::BuiltinOperator_SELECT, read_select};
extern const ReadTfliteFacet read_tflite_select_v2{tflite::BuiltinOperator_SELECT_V2,
                                                   read_select_v2};
extern const WriteTfliteFacet write_tflite_select = write_tflite_facet<Select, write_tflite>();

}  // namespace tare
