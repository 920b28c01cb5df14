// The table of elementwise ops of one input: function on doubles, function on integers where there
// is one, XNNPACK's operator, TFLite's code. Float32 results are those of the float functions of
// the C library.
#include "ops/unary.h"

#include <array>
#include <cmath>
#include <iterator>

#include "ir/facets.h"
#include "ops/common/complex_unary.h"
#include "ops/common/elements.h"
#include "ops/common/quantized_unary.h"
#include "ops/common/special_functions.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

using Real = double (*)(double x, double alpha);
using Integer = std::int64_t (*)(std::int64_t x);

constexpr int kNoCode = -1;

struct Row {
  std::string_view name;
  Real real;
  Integer integer = nullptr;
  int tflite = kNoCode;
  int xnn = -1;
};

constexpr int x(XnnUnary u) { return static_cast<int>(u); }

double round_half_even(double v) { return std::nearbyint(v); }
double gelu(double v) { return 0.5 * v * (1.0 + std::erf(v * 0.70710678118654752440)); }
double gelu_tanh(double v) {
  return 0.5 * v * (1.0 + std::tanh(0.79788456080286535588 * (v + 0.044715 * v * v * v)));
}
double logistic(double v) {
  return v >= 0 ? 1.0 / (1.0 + std::exp(-v)) : std::exp(v) / (1.0 + std::exp(v));
}
double softplus(double v) { return std::fmax(v, 0.0) + std::log1p(std::exp(-std::fabs(v))); }
double keep_nan(double v, double clamped) { return std::isnan(v) ? v : clamped; }
double clip(double v, double low, double high) {
  return keep_nan(v, std::fmin(std::fmax(v, low), high));
}
constexpr double kSeluAlpha = 1.6732632423543772848;
constexpr double kSeluScale = 1.0507009873554804934;

// In the order of UnaryKind.
constexpr Row kRows[] = {
    {"abs", [](double v, double) { return std::fabs(v); },
     [](std::int64_t v) { return v < 0 ? -v : v; }, tflite::BuiltinOperator_ABS, x(XnnUnary::kAbs)},
    {"ceil", [](double v, double) { return std::ceil(v); }, nullptr, tflite::BuiltinOperator_CEIL,
     x(XnnUnary::kCeiling)},
    {"cos", [](double v, double) { return std::cos(v); }, nullptr, tflite::BuiltinOperator_COS},
    {"elu", [](double v, double a) { return v < 0 ? a * std::expm1(v) : v; }, nullptr,
     tflite::BuiltinOperator_ELU, x(XnnUnary::kElu)},
    {"exp", [](double v, double) { return std::exp(v); }, nullptr, tflite::BuiltinOperator_EXP,
     x(XnnUnary::kExp)},
    {"floor", [](double v, double) { return std::floor(v); }, nullptr,
     tflite::BuiltinOperator_FLOOR, x(XnnUnary::kFloor)},
    {"gelu", [](double v, double) { return gelu(v); }, nullptr, tflite::BuiltinOperator_GELU,
     x(XnnUnary::kGelu)},
    {"gelu_approximate", [](double v, double) { return gelu_tanh(v); }},
    {"hard_swish", [](double v, double) { return v * clip(v + 3, 0, 6) / 6; }, nullptr,
     tflite::BuiltinOperator_HARD_SWISH, x(XnnUnary::kHardSwish)},
    {"leaky_relu", [](double v, double a) { return v > 0 ? v : v * a; }, nullptr,
     tflite::BuiltinOperator_LEAKY_RELU, x(XnnUnary::kLeakyRelu)},
    // XNNPACK's takes infinities, NaN and denormals for ordinary numbers on most processors.
    {"log", [](double v, double) { return std::log(v); }, nullptr, tflite::BuiltinOperator_LOG},
    {"logical_not", [](double v, double) { return v == 0 ? 1.0 : 0.0; },
     [](std::int64_t v) -> std::int64_t { return v == 0; }, tflite::BuiltinOperator_LOGICAL_NOT},
    {"logistic", [](double v, double) { return logistic(v); }, nullptr,
     tflite::BuiltinOperator_LOGISTIC, x(XnnUnary::kSigmoid)},
    {"neg", [](double v, double) { return -v; },
     [](std::int64_t v) { return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(v)); },
     tflite::BuiltinOperator_NEG, x(XnnUnary::kNegate)},
    {"relu", [](double v, double) { return keep_nan(v, v > 0 ? v : 0); },
     [](std::int64_t v) { return v < 0 ? 0 : v; }, tflite::BuiltinOperator_RELU,
     x(XnnUnary::kClamp)},
    {"relu_0_to_1", [](double v, double) { return clip(v, 0, 1); }, nullptr,
     tflite::BuiltinOperator_RELU_0_TO_1, x(XnnUnary::kClamp)},
    {"relu6", [](double v, double) { return clip(v, 0, 6); }, nullptr,
     tflite::BuiltinOperator_RELU6, x(XnnUnary::kClamp)},
    {"relu_n1_to_1", [](double v, double) { return clip(v, -1, 1); }, nullptr,
     tflite::BuiltinOperator_RELU_N1_TO_1, x(XnnUnary::kClamp)},
    {"round", [](double v, double) { return round_half_even(v); }, nullptr,
     tflite::BuiltinOperator_ROUND, x(XnnUnary::kBankersRounding)},
    {"rsqrt", [](double v, double) { return 1.0 / std::sqrt(v); }, nullptr,
     tflite::BuiltinOperator_RSQRT},
    {"sign",
     [](double v, double a) {
       return a != 0 && std::isnan(v) ? v : v > 0 ? 1.0 : v < 0 ? -1.0 : 0.0;
     },
     [](std::int64_t v) -> std::int64_t { return (v > 0) - (v < 0); },
     tflite::BuiltinOperator_SIGN},
    {"sin", [](double v, double) { return std::sin(v); }, nullptr, tflite::BuiltinOperator_SIN},
    {"sqrt", [](double v, double) { return std::sqrt(v); }, nullptr, tflite::BuiltinOperator_SQRT,
     x(XnnUnary::kSquareRoot)},
    {"square", [](double v, double) { return v * v; },
     [](std::int64_t v) {
       return static_cast<std::int64_t>(static_cast<std::uint64_t>(v) *
                                        static_cast<std::uint64_t>(v));
     },
     tflite::BuiltinOperator_SQUARE, x(XnnUnary::kSquare)},
    {"tanh", [](double v, double) { return std::tanh(v); }, nullptr, tflite::BuiltinOperator_TANH,
     x(XnnUnary::kTanh)},
    {"acos", [](double v, double) { return std::acos(v); }},
    {"acosh", [](double v, double) { return std::acosh(v); }},
    {"asin", [](double v, double) { return std::asin(v); }},
    {"asinh", [](double v, double) { return std::asinh(v); }},
    {"atan", [](double v, double) { return std::atan(v); }},
    {"atanh", [](double v, double) { return std::atanh(v); }},
    {"bitwise_not", nullptr, [](std::int64_t v) { return ~v; }},
    {"cosh", [](double v, double) { return std::cosh(v); }},
    {"erf", [](double v, double) { return std::erf(v); }},
    {"erfc", [](double v, double) { return std::erfc(v); }},
    {"expm1", [](double v, double) { return std::expm1(v); }},
    {"hard_sigmoid", [](double v, double a) { return clip(a * v + 0.5, 0, 1); }},
    {"is_finite", [](double v, double) { return std::isfinite(v) ? 1.0 : 0.0; }},
    {"is_inf", [](double v, double) { return std::isinf(v) ? 1.0 : 0.0; }},
    {"is_nan", [](double v, double) { return std::isnan(v) ? 1.0 : 0.0; }},
    {"lgamma", [](double v, double) { return std::lgamma(v); }},
    {"log1p", [](double v, double) { return std::log1p(v); }},
    {"mish", [](double v, double) { return v * std::tanh(softplus(v)); }},
    {"reciprocal", [](double v, double) { return 1.0 / v; }},
    {"selu",
     [](double v, double) { return kSeluScale * (v < 0 ? kSeluAlpha * std::expm1(v) : v); }},
    {"silu", [](double v, double) { return v * logistic(v); }},
    {"sinh", [](double v, double) { return std::sinh(v); }},
    {"softplus", [](double v, double) { return softplus(v); }},
    {"softsign", [](double v, double) { return v / (1 + std::fabs(v)); }},
    {"tan", [](double v, double) { return std::tan(v); }},
    {"digamma", [](double v, double) { return digamma(v); }},
    {"erfinv", [](double v, double) { return erfinv(v); }},
    {"ndtri", [](double v, double) { return ndtri(v); }},
    {"bessel_i0e", [](double v, double) { return bessel_i0e(v); }},
    {"bessel_i1e", [](double v, double) { return bessel_i1e(v); }},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(UnaryKind::kBesselI1e) + 1);

const Row& row(const Unary& op) { return kRows[static_cast<std::size_t>(op.kind)]; }
// Apart from the functions, so that an engine which only reads and fuses this op does not carry
// them.
constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  return names;
}();
std::string_view variant(const Unary& op) { return kNames[static_cast<std::size_t>(op.kind)]; }

bool is_test(UnaryKind k) {
  return k == UnaryKind::kIsFinite || k == UnaryKind::kIsInf || k == UnaryKind::kIsNan;
}

void infer(const Unary& op, InferContext& c) {
  c.output(0, is_test(op.kind) ? DType::kBool : c.dtype(0), c.shape(0));
}

void eval(const Unary& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const Row& r = row(op);
  const std::int64_t count = in.elements();
  if (in.quantization && eval_quantized_unary({op, r.real}, c)) return;
  if (const LoadInt load = load_int(in.dtype); load && r.integer) {
    const StoreInt store = store_int(out.dtype);
    for (std::int64_t i = 0; i < count; ++i) store(out.data, i, r.integer(load(in.data, i)));
    return;
  }
  if (eval_complex_unary(op, c)) return;
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  if (!load || !store || !r.real || in.quantization) {
    return c.fail("no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
  }
  for (std::int64_t i = 0; i < count; ++i) store(out.data, i, r.real(load(in.data, i), op.alpha));
}

// XNNPACK takes square roots by Newton's steps on x86, which make infinity NaN; its own reciprocal
// square root does so elsewhere too.
#ifdef __x86_64__
constexpr bool kExactRoots = false;
#else
constexpr bool kExactRoots = true;
#endif

bool lower_rsqrt(XnnBuilder& b) {
  if (b.input_type(0).dtype != DType::kFloat32) return b.refuse("negative inputs are an error");
  constexpr float kOne = 1.0f;
  const XnnValue reciprocal = b.temporary(b.output_type());
  const XnnValue one = b.constant(tensor_type(DType::kFloat32, {1}),
                                  Buffer::copy_of(std::as_bytes(std::span(&kOne, 1))));
  return b.binary(XnnBinary::kDivide, one, b.input(0), reciprocal) &&
         b.unary(XnnUnary::kSquareRoot, reciprocal, b.output());
}

bool lower(const Unary& op, XnnBuilder& b) {
  const bool root = op.kind == UnaryKind::kRsqrt || op.kind == UnaryKind::kSqrt;
  if (root && !kExactRoots) return b.refuse("XNNPACK's square root of infinity is NaN here");
  if (op.kind == UnaryKind::kRsqrt) return lower_rsqrt(b);
  const Row& r = row(op);
  if (r.xnn < 0) return b.refuse("XNNPACK has no such op");
  if (b.input_type(0).quantized()) {
    if (op.kind == UnaryKind::kNeg) return b.refuse("the stored numbers are negated");
    if (op.kind == UnaryKind::kLog || op.kind == UnaryKind::kSqrt)
      return b.refuse("XNNPACK rounds differently, and takes negative inputs");
  }
  const auto kind = static_cast<XnnUnary>(r.xnn);
  const XnnValue in = b.input(0);
  const XnnValue out = b.output();
  constexpr float kInfinity = __builtin_inff();
  switch (op.kind) {
    case UnaryKind::kRelu:
      return b.unary(kind, in, out, 0.0f, kInfinity);
    case UnaryKind::kRelu0To1:
      return b.unary(kind, in, out, 0.0f, 1.0f);
    case UnaryKind::kRelu6:
      return b.unary(kind, in, out, 0.0f, 6.0f);
    case UnaryKind::kReluN1To1:
      return b.unary(kind, in, out, -1.0f, 1.0f);
    default:
      return b.unary(kind, in, out, op.alpha);
  }
}

void read_plain(TfliteNode& n, UnaryKind kind, float alpha = 0.0f) {
  if (n.expect(1, 1)) n.emit(Unary{kind, alpha});
}

template <UnaryKind kKind>
void read_tflite(TfliteNode& n) {
  read_plain(n, kKind);
}

void read_elu(TfliteNode& n) { read_plain(n, UnaryKind::kElu, 1.0f); }
void read_leaky_relu(TfliteNode& n) {
  read_plain(n, UnaryKind::kLeakyRelu, n.options<tflite::LeakyReluOptions>().alpha());
}
void read_gelu(TfliteNode& n) {
  read_plain(n, n.options<tflite::GeluOptions>().approximate() ? UnaryKind::kGeluApproximate
                                                               : UnaryKind::kGelu);
}

void write_tflite(const Unary& op, TfliteWriter& w) {
  const Row& r = row(op);
  if (op.kind == UnaryKind::kGeluApproximate)
    return w.builtin(tflite::BuiltinOperator_GELU, tflite::CreateGeluOptions(w.fbb(), true));
  if (r.tflite == kNoCode) return w.refuse("TFLite has no " + std::string(r.name));
  const auto code = static_cast<tflite::BuiltinOperator>(r.tflite);
  if (op.kind == UnaryKind::kLeakyRelu)
    return w.builtin(code, tflite::CreateLeakyReluOptions(w.fbb(), op.alpha));
  w.builtin(code);
}

}  // namespace

const OpDef Unary::kOp = define_op_table<Unary, infer, variant>("unary");
extern const EvalFacet eval_unary = eval_facet<Unary, eval>();
extern const LowerFacet lower_unary = lower_facet<Unary, lower>();
extern const WriteTfliteFacet write_tflite_unary = write_tflite_facet<Unary, write_tflite>();

extern const ReadTfliteFacet read_tflite_relu{tflite::BuiltinOperator_RELU,
                                              read_tflite<UnaryKind::kRelu>};
extern const ReadTfliteFacet read_tflite_relu6{tflite::BuiltinOperator_RELU6,
                                               read_tflite<UnaryKind::kRelu6>};
extern const ReadTfliteFacet read_tflite_relu_0_to_1{tflite::BuiltinOperator_RELU_0_TO_1,
                                                     read_tflite<UnaryKind::kRelu0To1>};
extern const ReadTfliteFacet read_tflite_relu_n1_to_1{tflite::BuiltinOperator_RELU_N1_TO_1,
                                                      read_tflite<UnaryKind::kReluN1To1>};
extern const ReadTfliteFacet read_tflite_logistic{tflite::BuiltinOperator_LOGISTIC,
                                                  read_tflite<UnaryKind::kLogistic>};
extern const ReadTfliteFacet read_tflite_tanh{tflite::BuiltinOperator_TANH,
                                              read_tflite<UnaryKind::kTanh>};

extern const ReadTfliteFacet read_tflite_abs{tflite::BuiltinOperator_ABS,
                                             read_tflite<UnaryKind::kAbs>};
extern const ReadTfliteFacet read_tflite_ceil{tflite::BuiltinOperator_CEIL,
                                              read_tflite<UnaryKind::kCeil>};
extern const ReadTfliteFacet read_tflite_cos{tflite::BuiltinOperator_COS,
                                             read_tflite<UnaryKind::kCos>};
extern const ReadTfliteFacet read_tflite_exp{tflite::BuiltinOperator_EXP,
                                             read_tflite<UnaryKind::kExp>};
extern const ReadTfliteFacet read_tflite_floor{tflite::BuiltinOperator_FLOOR,
                                               read_tflite<UnaryKind::kFloor>};
extern const ReadTfliteFacet read_tflite_hard_swish{tflite::BuiltinOperator_HARD_SWISH,
                                                    read_tflite<UnaryKind::kHardSwish>};
extern const ReadTfliteFacet read_tflite_log{tflite::BuiltinOperator_LOG,
                                             read_tflite<UnaryKind::kLog>};
extern const ReadTfliteFacet read_tflite_logical_not{tflite::BuiltinOperator_LOGICAL_NOT,
                                                     read_tflite<UnaryKind::kLogicalNot>};
extern const ReadTfliteFacet read_tflite_neg{tflite::BuiltinOperator_NEG,
                                             read_tflite<UnaryKind::kNeg>};
extern const ReadTfliteFacet read_tflite_round{tflite::BuiltinOperator_ROUND,
                                               read_tflite<UnaryKind::kRound>};
extern const ReadTfliteFacet read_tflite_rsqrt{tflite::BuiltinOperator_RSQRT,
                                               read_tflite<UnaryKind::kRsqrt>};
extern const ReadTfliteFacet read_tflite_sign{tflite::BuiltinOperator_SIGN,
                                              read_tflite<UnaryKind::kSign>};
extern const ReadTfliteFacet read_tflite_sin{tflite::BuiltinOperator_SIN,
                                             read_tflite<UnaryKind::kSin>};
extern const ReadTfliteFacet read_tflite_sqrt{tflite::BuiltinOperator_SQRT,
                                              read_tflite<UnaryKind::kSqrt>};
extern const ReadTfliteFacet read_tflite_square{tflite::BuiltinOperator_SQUARE,
                                                read_tflite<UnaryKind::kSquare>};
extern const ReadTfliteFacet read_tflite_elu{tflite::BuiltinOperator_ELU, read_elu};
extern const ReadTfliteFacet read_tflite_leaky_relu{tflite::BuiltinOperator_LEAKY_RELU,
                                                    read_leaky_relu};
extern const ReadTfliteFacet read_tflite_gelu{tflite::BuiltinOperator_GELU, read_gelu};

}  // namespace tare
