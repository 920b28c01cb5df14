// TOPK_V2.
#include "ops/topk_v2.h"

#include <cmath>
#include <numeric>

#include "base/heap_sort.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const TopkV2& op, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)) && is_integer(op.index_type),
                 "k and the indices must be integers"))
    return;
  Shape out = c.shape(0);
  const auto k = c.contents(1);
  if (c.shape(1).known() && !c.require(c.shape(1).elements() == 1, "k must be one number")) return;
  if (out.ranked()) {
    if (!c.require(out.rank() >= 1, "a scalar has no last dimension")) return;
    Dim& last = out[out.rank() - 1];
    if (k && k->front().known) {
      if (!c.require(k->front().value >= 0 && (!is_known(last) || k->front().value <= last),
                     "k is negative or above the last dimension"))
        return;
    }
    last = k ? k->front().dim() : kUnknownDim;
  }
  c.output(0, c.dtype(0), out);
  c.output(1, op.index_type, out);
}

constexpr bool is_nan(std::int64_t) { return false; }
bool is_nan(double v) { return std::isnan(v); }

// NaN counts as below every number, so that the order stays strict.
template <class Load, class Store>
void sort_rows(EvalContext& c, Load load, Store store) {
  const Tensor& in = c.input(0);
  const std::int64_t width = in.shape.back(), k = c.output(0).shape.back();
  auto order = c.scratch<std::int64_t>(static_cast<std::size_t>(width));
  if (!c.ok() || k == 0) return;
  const StoreInt put = store_int(c.output(1).dtype);
  const std::int64_t rows = c.output(0).elements() / k;
  for (std::int64_t r = 0; r < rows; ++r) {
    std::iota(order.begin(), order.end(), r * width);
    heap_sort_first(order, static_cast<std::size_t>(k), [&](std::int64_t a, std::int64_t b) {
      const auto x = load(in.data, a), y = load(in.data, b);
      const bool x_nan = is_nan(x), y_nan = is_nan(y);
      if (x_nan || y_nan) return x_nan == y_nan ? a < b : y_nan;
      return x > y || (x == y && a < b);
    });
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t from = order[static_cast<std::size_t>(i)];
      store(c.output(0).data, r * k + i, load(in.data, from));
      put(c.output(1).data, r * k + i, from - r * width);
    }
  }
}

void eval(const TopkV2&, EvalContext& c) {
  const DType dtype = c.input(0).dtype;
  if (const LoadInt load = load_int(dtype)) return sort_rows(c, load, store_int(dtype));
  const LoadDouble real = load_double(dtype);
  if (!real) return c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
  sort_rows(c, real, store_double(dtype));
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2, 2)) n.emit(TopkV2{.index_type = n.output_type(1).dtype});
}
void write_tflite(const TopkV2&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_TOPK_V2, 3); }

}  // namespace

const OpDef TopkV2::kOp = define_op<TopkV2, infer>("topk_v2");
extern const EvalFacet eval_topk_v2 = eval_facet<TopkV2, eval>();
extern const ReadTfliteFacet read_tflite_topk_v2{tflite::BuiltinOperator_TOPK_V2, read_tflite};
extern const WriteTfliteFacet write_tflite_topk_v2 = write_tflite_facet<TopkV2, write_tflite>();

}  // namespace tare
