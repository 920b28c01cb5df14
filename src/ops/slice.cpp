// SLICE.
#include "ops/slice.h"

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

// Extent of one dimension; kUnknownDim where begin, size or the input's extent leave it open.
Dim extent(InferContext& c, Dim in, const Element& begin, const Element& size) {
  if (begin.known && begin.value < 0) {
    c.fail("a negative begin");
    return kUnknownDim;
  }
  if (size.known && size.value < -1) {
    c.fail("a size below -1");
    return kUnknownDim;
  }
  if (size.known && size.value >= 0) {
    if (begin.known && is_known(in))
      c.require(begin.value <= in && size.value <= in - begin.value,
                "the slice reaches beyond the tensor");
    return size.value;
  }
  if (!size.known) return size.name;
  if (begin == Element::of(0)) return in;
  if (!begin.known || !is_known(in)) return kUnknownDim;
  c.require(begin.value <= in, "the slice begins beyond the tensor");
  return in - begin.value;
}

void infer(const Slice&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)) && is_integer(c.dtype(2)),
                 "input 1 and 2 must be integers"))
    return;
  const Shape& in = c.shape(0);
  if (!in.ranked()) return c.output(0, c.dtype(0), in);
  const auto begin = c.contents(1);
  const auto size = c.contents(2);
  const auto rank = static_cast<std::size_t>(in.rank());
  if (!begin || !size) return c.output(0, c.dtype(0), Shape::of_rank(in.rank()));
  if (!c.require(begin->size() == rank && size->size() == rank,
                 "begin and size must have an entry for each dimension"))
    return;
  Shape out = in;
  for (int d = 0; d < in.rank(); ++d)
    out[d] = extent(c, in[d], (*begin)[static_cast<std::size_t>(d)],
                    (*size)[static_cast<std::size_t>(d)]);
  c.output(0, c.dtype(0), out);
  const auto elements = c.contents(0);
  if (!c.ok() || !elements || rank != 1 || !begin->front().known || !is_known(out[0])) return;
  const std::int64_t first = begin->front().value,
                     count = static_cast<std::int64_t>(elements->size());
  if (first >= 0 && first <= count && out[0] >= 0 && out[0] <= count - first) {
    const auto from = elements->begin() + first;
    c.output_contents(0, Contents(from, from + out[0]));
  }
}

void eval(const Slice&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const auto strides = strides_of(in.shape);
  std::int64_t start = 0;
  for (int d = 0; d < in.shape.rank(); ++d)
    start += integer_at(c.input(1), d) * strides[static_cast<std::size_t>(d)];
  StridedWalk walk(c.output(0).shape, strides, start);
  move_elements(c, 0, [&](std::int64_t) {
    const Source s{&in, walk.at()};
    walk.next();
    return s;
  });
}

bool lower(const Slice&, XnnBuilder& b) {
  if (!b.is_constant(1)) return b.refuse("begin is not constant");
  const Shape& out = b.output_type().shape;
  return b.slice(b.input(0), b.output(), b.constant_integers(1), out.dims());
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(Slice{});
}
void write_tflite(const Slice&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_SLICE, 2); }

}  // namespace

const OpDef Slice::kOp = define_op<Slice, infer, no_cost>("slice");
extern const EvalFacet eval_slice = eval_facet<Slice, eval>();
extern const LowerFacet lower_slice = lower_facet<Slice, lower>();
extern const ReadTfliteFacet read_tflite_slice{tflite::BuiltinOperator_SLICE, read_tflite};
extern const WriteTfliteFacet write_tflite_slice = write_tflite_facet<Slice, write_tflite>();

}  // namespace tare
