// SEGMENT_SUM and UNSORTED_SEGMENT_SUM, _PROD, _MAX, _MIN. Rows without members are 0, 1, the
// lowest and the highest.
#include "ops/segment_reduce.h"

#include <algorithm>
#include <limits>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Kind = SegmentReduce::Kind;

std::string_view variant(const SegmentReduce& op) {
  if (op.sorted) return "segment_sum";
  constexpr std::string_view kNames[] = {"unsorted_segment_sum", "unsorted_segment_prod",
                                         "unsorted_segment_max", "unsorted_segment_min"};
  return kNames[static_cast<std::size_t>(op.kind)];
}

void infer(const SegmentReduce& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& ids = c.shape(1);
  if (!c.require(is_integer(c.dtype(1)), "segment ids must be integers")) return;
  if (!in.ranked() || !ids.ranked()) return c.output(0, c.dtype(0), Shape::unknown());
  if (!c.require(ids.rank() <= in.rank() && (!op.sorted || ids.rank() == 1),
                 "segment ids " + ids.text() + " for " + in.text()))
    return;
  for (int d = 0; d < ids.rank(); ++d) {
    if (!c.require(!is_known(in[d]) || !is_known(ids[d]) || in[d] == ids[d],
                   "segment ids " + ids.text() + " for " + in.text()))
      return;
  }
  Dim rows = kUnknownDim;
  if (op.sorted) {
    if (const auto known = c.integers(1)) {
      std::int64_t last = -1;
      for (const std::int64_t id : *known) {
        if (!c.require(id >= std::max<std::int64_t>(last, 0),
                       "segment ids must not be negative and must ascend"))
          return;
        last = id;
      }
      rows = last + 1;
    }
  } else if (const auto count = c.contents(2); count && !count->empty()) {
    if (!c.require(!count->front().known || count->front().value >= 0,
                   "a negative number of segments"))
      return;
    rows = count->front().dim();
  }
  Shape out{rows};
  for (int d = ids.rank(); d < in.rank(); ++d) out.push_back(in[d]);
  c.output(0, c.dtype(0), out);
}

double start(Kind kind) {
  if (kind == Kind::kProd) return 1;
  if (kind == Kind::kMax) return -std::numeric_limits<double>::infinity();
  return kind == Kind::kMin ? std::numeric_limits<double>::infinity() : 0;
}

// The lowest and highest of floats are finite, as TensorFlow has them.
void fill(Tensor& out, Kind kind) {
  const StoreDouble store = store_double(out.dtype);
  const double bound =
      std::clamp(start(kind), -static_cast<double>(std::numeric_limits<float>::max()),
                 static_cast<double>(std::numeric_limits<float>::max()));
  for (std::int64_t i = 0; i < out.elements(); ++i)
    store(out.data, i, is_float(out.dtype) ? bound : start(kind));
}

template <class T>
T combine(Kind kind, T a, T b) {
  switch (kind) {
    case Kind::kSum:
      return a + b;
    case Kind::kProd:
      return a * b;
    case Kind::kMax:
      return std::max(a, b);
    default:
      return std::min(a, b);
  }
}

template <class Load, class Store>
void scatter(const SegmentReduce& op, EvalContext& c, Load load, Store store) {
  const Tensor& in = c.input(0);
  const Tensor& ids = c.input(1);
  Tensor& out = c.output(0);
  const std::int64_t count = ids.elements(), rows = out.shape[0];
  const std::int64_t width = count == 0 ? 0 : in.elements() / count;
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t id = integer_at(ids, r);
    if (id < 0 && !op.sorted) continue;  // TensorFlow drops them
    if (!c.require(id >= 0 && id < rows, "segment id " + std::to_string(id) + " is outside " +
                                             std::to_string(rows) + " segments"))
      return;
    for (std::int64_t j = 0; j < width; ++j) {
      store(out.data, id * width + j,
            combine(op.kind, load(out.data, id * width + j), load(in.data, r * width + j)));
    }
  }
}

void eval(const SegmentReduce& op, EvalContext& c) {
  if (op.sorted) {
    const Tensor& ids = c.input(1);
    std::int64_t last = 0;
    for (std::int64_t i = 0; i < ids.elements(); ++i) {
      if (!c.require(integer_at(ids, i) >= last,
                     "segment ids must not be negative and must ascend"))
        return;
      last = integer_at(ids, i);
    }
  }
  Tensor& out = c.output(0);
  const LoadDouble real = load_double(out.dtype);
  if (!real)
    return c.fail("no kernel for " + std::string(dtype_name(out.dtype)), Code::kUnsupported);
  fill(out, op.kind);
  if (const LoadInt load = load_int(out.dtype)) {
    const auto wrap = [&](const std::byte* d, std::int64_t i) { return load(d, i); };
    return scatter(op, c, wrap, store_int(out.dtype));
  }
  scatter(op, c, real, store_double(out.dtype));
}

void read_sorted(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(SegmentReduce{.sorted = true});
}
template <Kind kKind>
void read_unsorted(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(SegmentReduce{.kind = kKind});
}

void write_tflite(const SegmentReduce& op, TfliteWriter& w) {
  if (op.sorted && op.kind != Kind::kSum) return w.refuse("TFLite sorts sums alone");
  constexpr tflite::BuiltinOperator kCodes[] = {
      tflite::BuiltinOperator_UNSORTED_SEGMENT_SUM, tflite::BuiltinOperator_UNSORTED_SEGMENT_PROD,
      tflite::BuiltinOperator_UNSORTED_SEGMENT_MAX, tflite::BuiltinOperator_UNSORTED_SEGMENT_MIN};
  w.builtin(op.sorted ? tflite::BuiltinOperator_SEGMENT_SUM
                      : kCodes[static_cast<std::size_t>(op.kind)]);
}

}  // namespace

const OpDef SegmentReduce::kOp = define_op_table<SegmentReduce, infer, variant>("segment_reduce");
extern const EvalFacet eval_segment_reduce = eval_facet<SegmentReduce, eval>();
extern const ReadTfliteFacet read_tflite_segment_sum{tflite::BuiltinOperator_SEGMENT_SUM,
                                                     read_sorted};
extern const ReadTfliteFacet read_tflite_unsorted_segment_sum{
    tflite::BuiltinOperator_UNSORTED_SEGMENT_SUM, read_unsorted<Kind::kSum>};
extern const ReadTfliteFacet read_tflite_unsorted_segment_prod{
    tflite::BuiltinOperator_UNSORTED_SEGMENT_PROD, read_unsorted<Kind::kProd>};
extern const ReadTfliteFacet read_tflite_unsorted_segment_max{
    tflite::BuiltinOperator_UNSORTED_SEGMENT_MAX, read_unsorted<Kind::kMax>};
extern const ReadTfliteFacet read_tflite_unsorted_segment_min{
    tflite::BuiltinOperator_UNSORTED_SEGMENT_MIN, read_unsorted<Kind::kMin>};
extern const WriteTfliteFacet write_tflite_segment_reduce =
    write_tflite_facet<SegmentReduce, write_tflite>();

}  // namespace tare
