// ARG_MAX and ARG_MIN.
#include "ops/arg_extreme.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::string_view variant(const ArgExtreme& op) { return op.largest ? "arg_max" : "arg_min"; }

void infer(const ArgExtreme& op, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  Shape out = c.shape(0);
  const auto axis = c.integers(1);
  if (!c.require(is_integer(op.output_type), "output_type: expected an integer type")) return;
  if (!out.ranked()) return c.output(0, op.output_type, out);
  if (!c.require(out.rank() >= 1, "a scalar has no axis")) return;
  if (!axis) return c.output(0, op.output_type, Shape::of_rank(out.rank() - 1));
  if (!c.require(axis->size() == 1, "the axis must be one number")) return;
  const int at = normalise_axis(c, axis->front(), out.rank());
  if (at < 0 || !c.require(out[at] != 0, "no elements to choose from")) return;
  out.erase(at);
  c.output(0, op.output_type, out);
}

template <class Load>
void choose(const ArgExtreme& op, EvalContext& c, Load load) {
  const Tensor& in = c.input(0);
  const std::int64_t given = integer_at(c.input(1), 0);
  const int axis = static_cast<int>(given < 0 ? given + in.shape.rank() : given);
  std::int64_t inner = 1;
  for (int d = axis + 1; d < in.shape.rank(); ++d) inner *= in.shape[d];
  const std::int64_t extent = in.shape[axis];
  const StoreInt store = store_int(c.output(0).dtype);
  for (std::int64_t o = 0; o < c.output(0).elements(); ++o) {
    const std::int64_t base = o / inner * extent * inner + o % inner;
    std::int64_t best = 0;
    auto value = load(in.data, base);
    for (std::int64_t k = 1; k < extent; ++k) {
      const auto v = load(in.data, base + k * inner);
      if (op.largest ? v > value : v < value) {
        value = v;
        best = k;
      }
    }
    store(c.output(0).data, o, best);
  }
}

void eval(const ArgExtreme& op, EvalContext& c) {
  const DType dtype = c.input(0).dtype;
  if (const LoadInt load = load_int(dtype)) return choose(op, c, load);
  if (const LoadDouble load = load_double(dtype)) return choose(op, c, load);
  c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
}

DType output_type(TfliteNode& n, tflite::TensorType type) {
  n.require(type == tflite::TensorType_INT32 || type == tflite::TensorType_INT64,
            "output_type: expected INT32 or INT64");
  return type == tflite::TensorType_INT32 ? DType::kInt32 : DType::kInt64;
}

void read_max(TfliteNode& n) {
  if (n.expect(2, 2))
    n.emit(ArgExtreme{
        .largest = true,
        .output_type = output_type(n, n.options<tflite::ArgMaxOptions>().output_type())});
}
void read_min(TfliteNode& n) {
  if (n.expect(2, 2))
    n.emit(ArgExtreme{
        .largest = false,
        .output_type = output_type(n, n.options<tflite::ArgMinOptions>().output_type())});
}

void write_tflite(const ArgExtreme& op, TfliteWriter& w) {
  const auto type =
      op.output_type == DType::kInt32 ? tflite::TensorType_INT32 : tflite::TensorType_INT64;
  if (op.largest)
    return w.builtin(tflite::BuiltinOperator_ARG_MAX, tflite::CreateArgMaxOptions(w.fbb(), type),
                     3);
  w.builtin(tflite::BuiltinOperator_ARG_MIN, tflite::CreateArgMinOptions(w.fbb(), type), 3);
}

}  // namespace

const OpDef ArgExtreme::kOp = define_op_table<ArgExtreme, infer, variant>("arg_extreme");
extern const EvalFacet eval_arg_extreme = eval_facet<ArgExtreme, eval>();
extern const ReadTfliteFacet read_tflite_arg_max{tflite::BuiltinOperator_ARG_MAX, read_max};
extern const ReadTfliteFacet read_tflite_arg_min{tflite::BuiltinOperator_ARG_MIN, read_min};
extern const WriteTfliteFacet write_tflite_arg_extreme =
    write_tflite_facet<ArgExtreme, write_tflite>();

}  // namespace tare
