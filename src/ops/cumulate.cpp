// CUMSUM, and TensorFlow's Cumprod.
#include "ops/cumulate.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::string_view variant(const Cumulate& op) {
  return op.logarithms ? "cumulative_logsumexp" : op.product ? "cumprod" : "cumsum";
}

void infer(const Cumulate& op, InferContext& c) {
  if (!c.require(!op.logarithms || is_float(c.dtype(0)), "expected floats")) return;
  if (const auto axis = c.integers(1); axis && c.shape(0).ranked()) {
    if (!c.require(axis->size() == 1, "the axis must be one number")) return;
    if (normalise_axis(c, axis->front(), c.shape(0).rank()) < 0) return;
  }
  c.output(0, c.dtype(0), c.shape(0));
}

template <class T>
T joined(const Cumulate& op, T sum, T v) {
  return op.product ? sum * v : sum + v;
}
double joined(const Cumulate& op, double sum, double v) {
  if (!op.logarithms) return op.product ? sum * v : sum + v;
  const double larger = sum > v || std::isnan(sum) ? sum : v;
  const double gap = std::fabs(sum - v);  // of two equal infinities NaN
  return std::isinf(larger) ? larger : larger + std::log1p(std::exp(-gap));
}

template <class T>
T first_of(const Cumulate& op) {
  if constexpr (std::is_same_v<T, double>) {
    if (op.logarithms) return -std::numeric_limits<double>::infinity();
  }
  return op.product ? T(1) : T(0);
}

template <class T, class Load, class Store>
void run(const Cumulate& op, EvalContext& c, Load load, Store store) {
  const Tensor& in = c.input(0);
  const std::int64_t given = integer_at(c.input(1), 0);
  const int axis = static_cast<int>(given < 0 ? given + in.shape.rank() : given);
  std::int64_t inner = 1;
  for (int d = axis + 1; d < in.shape.rank(); ++d) inner *= in.shape[d];
  const std::int64_t extent = in.shape[axis];
  if (in.elements() == 0) return;
  for (std::int64_t line = 0; line < in.elements() / extent; ++line) {
    const std::int64_t base = line / inner * extent * inner + line % inner;
    T acc = first_of<T>(op);
    for (std::int64_t k = 0; k < extent; ++k) {
      const std::int64_t at = base + (op.reverse ? extent - 1 - k : k) * inner;
      const T v = load(in.data, at);
      if (op.exclusive) store(c.output(0).data, at, acc);
      acc = joined(op, acc, v);
      if (!op.exclusive) store(c.output(0).data, at, acc);
    }
  }
}

void eval(const Cumulate& op, EvalContext& c) {
  const DType dtype = c.input(0).dtype;
  const auto load = load_int(dtype);
  const auto wrap = [&](const std::byte* d, std::int64_t i) {
    return static_cast<std::uint64_t>(load(d, i));
  };
  const auto put = [&](std::byte* d, std::int64_t i, std::uint64_t v) {
    store_int(dtype)(d, i, static_cast<std::int64_t>(v));
  };
  if (load) return run<std::uint64_t>(op, c, wrap, put);
  if (dtype == DType::kFloat32 && !op.logarithms) {
    const auto single = [](const std::byte* d, std::int64_t i) {
      return reinterpret_cast<const float*>(d)[i];
    };
    return run<float>(op, c, single, [](std::byte* d, std::int64_t i, float v) {
      reinterpret_cast<float*>(d)[i] = v;
    });
  }
  if (const LoadDouble real = load_double(dtype))
    return run<double>(op, c, real, store_double(dtype));
  if (const LoadComplex complex = load_complex(dtype); complex && is_complex(dtype))
    return run<std::complex<double>>(op, c, complex, store_complex(dtype));
  c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::CumsumOptions>();
  n.emit(Cumulate{.exclusive = o.exclusive(), .reverse = o.reverse()});
}

void write_tflite(const Cumulate& op, TfliteWriter& w) {
  if (op.product || op.logarithms) return w.refuse("TFLite cumulates sums alone");
  w.builtin(tflite::BuiltinOperator_CUMSUM,
            tflite::CreateCumsumOptions(w.fbb(), op.exclusive, op.reverse));
}

}  // namespace

const OpDef Cumulate::kOp = define_op_table<Cumulate, infer, variant>("cumulate");
extern const EvalFacet eval_cumulate = eval_facet<Cumulate, eval>();
extern const ReadTfliteFacet read_tflite_cumsum{tflite::BuiltinOperator_CUMSUM, read_tflite};
extern const WriteTfliteFacet write_tflite_cumulate = write_tflite_facet<Cumulate, write_tflite>();

}  // namespace tare
