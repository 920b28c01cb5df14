// SUM, MEAN, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_ANY, REDUCE_ALL. Quantised mean and sum
// accumulate stored numbers and requantise once; max and min keep their input's quantisation; prod
// requantises each product.
#include "ops/reduce.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point.h"
#include "ops/common/quantized_activation.h"
#include "ops/common/reduction.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

struct Row {
  std::string_view name;
  int tflite;
  double start;
  double (*real)(double, double);
  std::int64_t (*integer)(std::int64_t, std::int64_t);
};

using I = std::int64_t;
I wrap_add(I a, I b) {
  return static_cast<I>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
I wrap_mul(I a, I b) {
  return static_cast<I>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// In the order of ReduceKind.
constexpr Row kRows[] = {
    {"sum", tflite::BuiltinOperator_SUM, 0, [](double a, double b) { return a + b; }, wrap_add},
    {"mean", tflite::BuiltinOperator_MEAN, 0, [](double a, double b) { return a + b; }, wrap_add},
    {"reduce_prod", tflite::BuiltinOperator_REDUCE_PROD, 1,
     [](double a, double b) { return a * b; }, wrap_mul},
    {"reduce_max", tflite::BuiltinOperator_REDUCE_MAX, -kInfinity,
     [](double a, double b) { return b > a || std::isnan(b) ? b : a; },
     [](I a, I b) { return std::max(a, b); }},
    {"reduce_min", tflite::BuiltinOperator_REDUCE_MIN, kInfinity,
     [](double a, double b) { return b < a || std::isnan(b) ? b : a; },
     [](I a, I b) { return std::min(a, b); }},
    {"reduce_any", tflite::BuiltinOperator_REDUCE_ANY, 0, nullptr,
     [](I a, I b) -> I { return a || b; }},
    {"reduce_all", tflite::BuiltinOperator_REDUCE_ALL, 1, nullptr,
     [](I a, I b) -> I { return a && b; }},
};

const Row& row(const Reduce& op) { return kRows[static_cast<std::size_t>(op.kind)]; }
std::string_view variant(const Reduce& op) { return row(op).name; }

void infer(const Reduce& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(is_integer(c.dtype(1)), "axes must be integers")) return;
  const auto axes = c.integers(1);
  if (!in.ranked() || !axes) {
    return c.output(0, c.dtype(0),
                    in.ranked() && op.keep_dims ? Shape::of_rank(in.rank()) : Shape::unknown());
  }
  // A scalar has nothing to reduce; TFLite lets any axis pass.
  const auto flags = in.rank() == 0 ? std::vector<bool>() : axis_flags(c, *axes, in.rank());
  if (!flags) return;
  Shape out;
  for (int d = 0; d < in.rank(); ++d) {
    if (!(*flags)[static_cast<std::size_t>(d)])
      out.push_back(in[d]);
    else if (op.keep_dims)
      out.push_back(1);
  }
  c.output(0, c.dtype(0), out);
  const auto elements = c.contents(0);
  if (!elements || in.rank() != 1 || out.elements() != 1 || op.kind == ReduceKind::kMean ||
      !row(op).integer || elements->empty())
    return;
  if (!std::all_of(elements->begin(), elements->end(), [](const Element& e) { return e.known; }))
    return;
  I total = elements->front().value;
  for (std::size_t i = 1; i < elements->size(); ++i)
    total = row(op).integer(total, (*elements)[i].value);
  c.output_contents(0, {Element::of(total)});
}

void eval_real(const Reduce& op, EvalContext& c, const ReductionLoop& loop) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadDouble load = load_double(in.dtype);
  auto acc = c.scratch<double>(static_cast<std::size_t>(loop.outputs()));
  if (!c.ok()) return;
  std::fill(acc.begin(), acc.end(), row(op).start);
  const auto combine = row(op).real;
  loop.run([&](I i, I o) {
    acc[static_cast<std::size_t>(o)] = combine(acc[static_cast<std::size_t>(o)], load(in.data, i));
  });
  const StoreDouble store = store_double(out.dtype);
  for (I o = 0; o < loop.outputs(); ++o) {
    const double v = acc[static_cast<std::size_t>(o)];
    store(out.data, o,
          op.kind == ReduceKind::kMean ? v / static_cast<double>(loop.per_output()) : v);
  }
}

bool eval_complex(const Reduce& op, EvalContext& c, const ReductionLoop& loop) {
  const Tensor& in = c.input(0);
  const bool product = op.kind == ReduceKind::kProd, mean = op.kind == ReduceKind::kMean;
  if (!is_complex(in.dtype) || !(product || mean || op.kind == ReduceKind::kSum)) return false;
  auto acc = c.scratch<std::complex<double>>(static_cast<std::size_t>(loop.outputs()));
  if (!c.ok()) return true;
  std::fill(acc.begin(), acc.end(), std::complex<double>(product ? 1.0 : 0.0));
  const LoadComplex load = load_complex(in.dtype);
  loop.run([&](I i, I o) {
    std::complex<double>& a = acc[static_cast<std::size_t>(o)];
    a = product ? a * load(in.data, i) : a + load(in.data, i);
  });
  for (I o = 0; o < loop.outputs(); ++o)
    store_complex(in.dtype)(
        c.output(0).data, o,
        acc[static_cast<std::size_t>(o)] / (mean ? static_cast<double>(loop.per_output()) : 1.0));
  return true;
}

I first_value(const Reduce& op, DType dtype) {
  const double low = store_double(dtype) ? -kInfinity : 0;
  if (op.kind != ReduceKind::kMax && op.kind != ReduceKind::kMin)
    return static_cast<I>(row(op).start);
  if (dtype == DType::kBool) return op.kind == ReduceKind::kMin;
  std::byte bound[8] = {};
  store_double(dtype)(bound, 0, op.kind == ReduceKind::kMax ? low : kInfinity);
  return load_int(dtype)(bound, 0);
}

void eval_integer(const Reduce& op, EvalContext& c, const ReductionLoop& loop) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadInt load = load_int(in.dtype);
  auto acc = c.scratch<I>(static_cast<std::size_t>(loop.outputs()));
  if (!c.ok()) return;
  std::fill(acc.begin(), acc.end(), first_value(op, in.dtype));
  const auto combine = row(op).integer;
  loop.run([&](I i, I o) {
    acc[static_cast<std::size_t>(o)] = combine(acc[static_cast<std::size_t>(o)], load(in.data, i));
  });
  const StoreInt store = store_int(out.dtype);
  for (I o = 0; o < loop.outputs(); ++o) {
    const I v = acc[static_cast<std::size_t>(o)];
    store(out.data, o,
          op.kind == ReduceKind::kMean && loop.per_output() > 0 ? v / loop.per_output() : v);
  }
}

// Source: TFLite reduce.cc: the division by the count is folded into the multiplier.
QuantizedMultiplier mean_multiplier(double real, I count) {
  QuantizedMultiplier m = quantize_multiplier(real);
  int shift = 63 - std::countl_zero(static_cast<std::uint64_t>(count));
  shift = std::min({shift, 32, 31 + m.shift});
  m.multiplier = static_cast<std::int32_t>((static_cast<I>(m.multiplier) << shift) / count);
  m.shift -= shift;
  return m;
}

void eval_quantized_sum(const Reduce& op, EvalContext& c, const ReductionLoop& loop) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadInt load = load_int(in.dtype);
  auto acc = c.scratch<I>(static_cast<std::size_t>(loop.outputs()));
  if (!c.ok() || loop.per_output() == 0) return;
  std::fill(acc.begin(), acc.end(), 0);
  loop.run(
      [&](I i, I o) { acc[static_cast<std::size_t>(o)] += load(in.data, i) - in.zero_point(); });
  const double real = static_cast<double>(in.scale()) / static_cast<double>(out.scale());
  const QuantizedMultiplier m = op.kind == ReduceKind::kMean
                                    ? mean_multiplier(real, loop.per_output())
                                    : quantize_multiplier(real);
  const IntRange range = quantized_activation_range(Activation::kNone, out);
  const StoreInt store = store_int(out.dtype);
  for (I o = 0; o < loop.outputs(); ++o) {
    const auto sum = static_cast<std::int32_t>(acc[static_cast<std::size_t>(o)]);
    store(out.data, o,
          clamp_to(static_cast<I>(multiply_by_quantized_multiplier(sum, m)) + out.zero_point(),
                   range));
  }
}

// Every factor carries an n-th root of the output's scale, so that the product ends in it.
void eval_quantized_prod(EvalContext& c, const ReductionLoop& loop) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadInt load = load_int(in.dtype);
  auto acc = c.scratch<std::int32_t>(2 * static_cast<std::size_t>(loop.outputs()));
  if (!c.ok()) return;
  const auto n = static_cast<std::size_t>(loop.outputs());
  auto seen = acc.subspan(n);
  std::fill(acc.begin(), acc.end(), 0);
  const double count = static_cast<double>(loop.per_output());
  const QuantizedMultiplier step = quantize_multiplier(
      static_cast<double>(in.scale()) / std::pow(static_cast<double>(out.scale()), 1.0 / count));
  // With 64 bits, whose multiplier has 16, in every type.
  const auto rescale = [&](I v) { return multiply_by_quantized_multiplier(v, step); };
  loop.run([&](I i, I o) {
    const auto at = static_cast<std::size_t>(o);
    const auto v = static_cast<std::int32_t>(load(in.data, i) - in.zero_point());
    if (seen[at]++ == 0)
      acc[at] = v;
    else
      acc[at] = rescale(wrap_mul(acc[at], v));
  });
  const IntRange range = quantized_activation_range(Activation::kNone, out);
  const StoreInt store = store_int(out.dtype);
  for (std::size_t o = 0; o < n; ++o)
    store(out.data, static_cast<I>(o),
          clamp_to(static_cast<I>(rescale(acc[o])) + out.zero_point(), range));
}

void eval(const Reduce& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const ReductionLoop loop(in.shape, c.input(1));
  const bool small =
      in.dtype == DType::kInt8 || in.dtype == DType::kUint8 || in.dtype == DType::kInt16;
  if (small && in.quantization && c.output(0).quantization) {
    if (op.kind == ReduceKind::kSum || op.kind == ReduceKind::kMean)
      return eval_quantized_sum(op, c, loop);
    if (op.kind == ReduceKind::kProd) return eval_quantized_prod(c, loop);
  }
  if (load_int(in.dtype) && row(op).integer) return eval_integer(op, c, loop);
  if (load_double(in.dtype) && row(op).real) return eval_real(op, c, loop);
  if (eval_complex(op, c, loop)) return;
  c.fail("no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
}

bool lower(const Reduce& op, XnnBuilder& b) {
  if (op.kind != ReduceKind::kSum && op.kind != ReduceKind::kMean)
    return b.refuse("XNNPACK reduces to sums and means alone");
  if (!b.is_constant(1)) return b.refuse("the axes are not constant");
  auto axes = b.constant_integers(1);
  for (I& a : axes)
    if (a < 0) a += b.input_type(0).shape.rank();
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  if (axes.empty()) return b.refuse("no axes");
  return b.reduce(
      op.kind == ReduceKind::kSum ? XnnBuilder::Reduction::kSum : XnnBuilder::Reduction::kMean,
      b.input(0), b.output(), axes, op.keep_dims);
}

template <ReduceKind kKind>
void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2))
    n.emit(Reduce{.kind = kKind, .keep_dims = n.options<tflite::ReducerOptions>().keep_dims()});
}

void write_tflite(const Reduce& op, TfliteWriter& w) {
  const int version = op.kind == ReduceKind::kAny || op.kind == ReduceKind::kAll ? 1 : 2;
  w.builtin(static_cast<tflite::BuiltinOperator>(row(op).tflite),
            tflite::CreateReducerOptions(w.fbb(), op.keep_dims), version);
}

}  // namespace

const OpDef Reduce::kOp = define_op_table<Reduce, infer, variant>("reduce");
extern const EvalFacet eval_reduce = eval_facet<Reduce, eval>();
extern const LowerFacet lower_reduce = lower_facet<Reduce, lower>();
extern const WriteTfliteFacet write_tflite_reduce = write_tflite_facet<Reduce, write_tflite>();

extern const ReadTfliteFacet read_tflite_sum{tflite::BuiltinOperator_SUM,
                                             read_tflite<ReduceKind::kSum>};
extern const ReadTfliteFacet read_tflite_mean{tflite::BuiltinOperator_MEAN,
                                              read_tflite<ReduceKind::kMean>};
extern const ReadTfliteFacet read_tflite_reduce_prod{tflite::BuiltinOperator_REDUCE_PROD,
                                                     read_tflite<ReduceKind::kProd>};
extern const ReadTfliteFacet read_tflite_reduce_max{tflite::BuiltinOperator_REDUCE_MAX,
                                                    read_tflite<ReduceKind::kMax>};
extern const ReadTfliteFacet read_tflite_reduce_min{tflite::BuiltinOperator_REDUCE_MIN,
                                                    read_tflite<ReduceKind::kMin>};
extern const ReadTfliteFacet read_tflite_reduce_any{tflite::BuiltinOperator_REDUCE_ANY,
                                                    read_tflite<ReduceKind::kAny>};
extern const ReadTfliteFacet read_tflite_reduce_all{tflite::BuiltinOperator_REDUCE_ALL,
                                                    read_tflite<ReduceKind::kAll>};

}  // namespace tare
