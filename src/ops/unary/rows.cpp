// Float32 results are those of the float functions of the C library.
#include "ops/unary/rows.h"

#include <array>
#include <cmath>
#include <iterator>

#include "ops/common/special_functions.h"
#include "ports/xnn_builder.h"
#include "tflite_schema_generated.h"

namespace tare {
namespace {

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
constexpr UnaryRow kRows[] = {
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

// Apart from the functions, so that an engine which only reads and fuses this op does not carry
// them.
constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  return names;
}();

}  // namespace

const UnaryRow& row_of(UnaryKind kind) { return kRows[static_cast<std::size_t>(kind)]; }
std::string_view name_of(UnaryKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

}  // namespace tare
