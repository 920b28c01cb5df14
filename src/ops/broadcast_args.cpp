// BROADCAST_ARGS.
#include "ops/broadcast_args.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

// The extent that two meet in; -1 when they cannot.
Element meet(const Element& a, const Element& b) {
  if (a == Element::of(1)) return b;
  if (b == Element::of(1) || a == b) return a;
  if (a.known && b.known) return Element::of(-1);
  return a.known ? a : b.known ? b : Element::of_dim(kUnknownDim);
}

void infer(const BroadcastArgs&, InferContext& c) {
  if (!c.require(c.dtype(0) == c.dtype(1) && is_integer(c.dtype(0)),
                 "shapes must be integers of one type"))
    return;
  const auto a = c.contents(0), b = c.contents(1);
  const Shape& x = c.shape(0);
  const Shape& y = c.shape(1);
  const bool ranks = x.known() && y.known();
  c.output(0, c.dtype(0), {ranks ? std::max(x.elements(), y.elements()) : kUnknownDim});
  if (!a || !b) return;
  Contents out(std::max(a->size(), b->size()), Element::of(1));
  for (std::size_t i = 1; i <= out.size(); ++i) {
    const Element p = i <= a->size() ? (*a)[a->size() - i] : Element::of(1);
    const Element q = i <= b->size() ? (*b)[b->size() - i] : Element::of(1);
    out[out.size() - i] = meet(p, q);
    if (!c.require(!(out[out.size() - i] == Element::of(-1)), "the shapes do not broadcast"))
      return;
  }
  c.output_contents(0, std::move(out));
}

void eval(const BroadcastArgs&, EvalContext& c) {
  Tensor& out = c.output(0);
  const StoreInt store = store_int(out.dtype);
  const std::int64_t n = out.elements();
  for (std::int64_t i = 1; i <= n; ++i) {
    const auto extent = [&](int k) {
      const std::int64_t m = c.input(k).elements();
      return i <= m ? integer_at(c.input(k), m - i) : 1;
    };
    const std::int64_t a = extent(0), b = extent(1);
    if (!c.require(a == b || a == 1 || b == 1, "the shapes do not broadcast")) return;
    store(out.data, n - i, a == 1 ? b : a);
  }
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(BroadcastArgs{});
}
void write_tflite(const BroadcastArgs&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_BROADCAST_ARGS);
}

}  // namespace

const OpDef BroadcastArgs::kOp = define_op<BroadcastArgs, infer, no_cost>("broadcast_args");
extern const EvalFacet eval_broadcast_args = eval_facet<BroadcastArgs, eval>();
extern const ReadTfliteFacet read_tflite_broadcast_args{tflite::BuiltinOperator_BROADCAST_ARGS,
                                                        read_tflite};
extern const WriteTfliteFacet write_tflite_broadcast_args =
    write_tflite_facet<BroadcastArgs, write_tflite>();

}  // namespace tare
