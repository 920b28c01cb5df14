// Series and continued fractions (Abramowitz and Stegun, chapters 5 to 7, 23, 26): in double they
// need no tuned polynomials.
#include "ops/special_function.h"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "ir/facets.h"
#include "ops/common/broadcast.h"
#include "ops/common/elements.h"
#include "ops/common/special_functions.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSmall = 1e-16, kTiny = 1e-300;
constexpr int kMostTerms = 20'000;

// One step of Lentz's evaluation of a continued fraction; true when it has settled.
struct Fraction {
  double value, c, d;
  bool step(double numerator, double denominator) {
    d = denominator + numerator * d;
    c = denominator + numerator / c;
    d = 1 / (d == 0 ? kTiny : d);
    c = c == 0 ? kTiny : c;
    value *= c * d;
    return std::fabs(c * d - 1) < kSmall * 10;
  }
};

double igamma(double a, double x, bool upper) {
  if (x == 0 && !upper) return 0;
  if (std::isnan(a) || std::isnan(x) || a <= 0 || x < 0) return kNaN;
  if (std::isinf(x)) return upper || std::isinf(a) ? 0 : 1;
  if (x == 0 || std::isinf(a)) return upper ? 1 : 0;
  const double factor = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int k = 1; k < kMostTerms && term > sum * kSmall; ++k) {
      term *= x / (a + k);
      sum += term;
    }
    return upper ? 1 - factor * sum : factor * sum;
  }
  double b = x + 1 - a;
  Fraction f{1 / b, 1 / kTiny, 1 / b};
  for (int k = 1; k < kMostTerms && !f.step(-k * (k - a), b += 2); ++k) continue;
  return upper ? factor * f.value : 1 - factor * f.value;
}

// Euler's and Maclaurin's sum.
double zeta(double x, double q) {
  if (x == 1) return kInfinity;
  if (!(x > 1) || std::isnan(q)) return kNaN;
  if (q <= 0) {
    if (q == std::floor(q)) return std::fmod(x, 2) == 0 ? kInfinity : kNaN;
    if (x != std::floor(x)) return kNaN;
    if (q < -kMostTerms) return kNaN;
  }
  double sum = 0;
  for (int k = 0; k < 10 || q < 10; ++k, ++q) sum += std::pow(q, -x);
  const double power = std::pow(q, -x);
  sum += q * power / (x - 1) + power / 2;
  constexpr double kBernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                   5.0 / 66, -691.0 / 2730, 7.0 / 6};
  double term = power * x / q / 2;  // x (x + 1) ... / (2 k)! q^-(x + 2 k - 1)
  for (int k = 0; k < 7; ++k) {
    sum += kBernoulli[k] * term;
    const double at = 2.0 * k;
    term *= (x + at + 1) * (x + at + 2) / ((at + 3) * (at + 4) * q * q);
  }
  return sum;
}

double polygamma(double order, double x) {
  if (!(order >= 0) || order != std::floor(order)) return kNaN;
  if (order == 0) return digamma(x);
  const double sign = std::fmod(order, 2) == 0 ? -1 : 1;
  return sign * std::exp(std::lgamma(order + 1)) * zeta(order + 1, x);
}

double betainc(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return kNaN;
  if (x == 0 || x == 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - betainc(b, a, 1 - x);
  const double first = 1 / (1 - (a + b) * x / (a + 1));
  Fraction f{first, 1, first};
  for (int k = 1; k < kMostTerms; ++k) {
    const double even = a + 2.0 * k;
    f.step(k * (b - k) * x / ((even - 1) * even), 1);
    if (f.step(-(a + k) * (a + b + k) * x / (even * (even + 1)), 1)) break;
  }
  const double log =
      std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  return std::exp(log) * f.value / a;
}

// The dilogarithm of 1 - x.
double spence(double x) {
  constexpr double kSixth = std::numbers::pi * std::numbers::pi / 6;
  if (!(x >= 0)) return kNaN;
  if (x == 0) return kSixth;
  if (x > 1.5) return -0.5 * std::log(x) * std::log(x) - spence(1 / x);
  if (x < 0.5) return kSixth - std::log(x) * std::log1p(-x) - spence(1 - x);
  double power = 1, sum = 0;
  for (int k = 1; k < 60; ++k) {
    power *= 1 - x;
    sum += power / (static_cast<double>(k) * k);
  }
  return sum;
}

// Rybicki's sum, whose error falls exponentially with the width of its steps.
double dawsn(double x) {
  constexpr double kStep = 0.2;
  if (!std::isfinite(x)) return std::isnan(x) ? x : std::copysign(0, x);
  if (std::fabs(x) > 1e4) return 0.5 / x;
  const double even = 2 * std::nearbyint(x / (2 * kStep)), rest = x - even * kStep;
  double sum = 0;
  for (int n = -35; n <= 35; n += 2) {
    const double gap = rest - n * kStep;
    sum += std::exp(-gap * gap) / (n + even);
  }
  return sum / std::sqrt(std::numbers::pi);
}

double expint(double x) {
  if (!(x >= 0)) return kNaN;
  if (x == 0) return -kInfinity;
  if (std::isinf(x)) return x;
  double term = 1, sum = 0;
  if (x < 40) {
    for (int k = 1; k < 200; ++k) {
      term *= x / k;
      sum += term / k;
    }
    return std::numbers::egamma + std::log(x) + sum;
  }
  for (int k = 1; k < 40; ++k) {
    sum += term;
    term *= k / x;
  }
  return std::exp(x) / x * sum;
}

double value_of(SpecialKind kind, const std::array<double, 3>& v) {
  switch (kind) {
    case SpecialKind::kIgamma:
    case SpecialKind::kIgammac:
      return igamma(v[0], v[1], kind == SpecialKind::kIgammac);
    case SpecialKind::kZeta:
      return zeta(v[0], v[1]);
    case SpecialKind::kPolygamma:
      return polygamma(v[0], v[1]);
    case SpecialKind::kBetainc:
      return betainc(v[0], v[1], v[2]);
    case SpecialKind::kSpence:
      return spence(v[0]);
    case SpecialKind::kDawsn:
      return dawsn(v[0]);
    default:
      return expint(v[0]);
  }
}

std::string_view variant(const SpecialFunction& op) {
  constexpr std::string_view kNames[] = {"igamma",  "igammac", "zeta",  "polygamma",
                                         "betainc", "spence",  "dawsn", "expint"};
  return kNames[static_cast<std::size_t>(op.kind)];
}

int inputs_of(SpecialKind kind) {
  return kind == SpecialKind::kBetainc ? 3 : kind < SpecialKind::kBetainc ? 2 : 1;
}

void infer(const SpecialFunction& op, InferContext& c) {
  if (!c.require(c.inputs() == inputs_of(op.kind),
                 "takes " + std::to_string(inputs_of(op.kind)) + " inputs"))
    return;
  Shape shape = c.shape(0);
  for (int i = 0; i < c.inputs(); ++i) {
    if (!c.require(is_float(c.dtype(i)) && c.dtype(i) == c.dtype(0), "expected floats of one type"))
      return;
    shape = broadcast_shape(c, shape, c.shape(i));
  }
  c.output(0, c.dtype(0), shape);
}

void eval(const SpecialFunction& op, EvalContext& c) {
  const int count = c.inputs();
  const auto input = [&](int i) -> const Tensor& { return c.input(i < count ? i : 0); };
  Tensor& out = c.output(0);
  const LoadDouble load = load_double(out.dtype);
  const StoreDouble store = store_double(out.dtype);
  BroadcastLoop<3>(out.shape, {input(0).shape, input(1).shape, input(2).shape})
      .run([&](std::int64_t i, const auto& at) {
        store(out.data, i,
              value_of(op.kind, {load(input(0).data, at[0]), load(input(1).data, at[1]),
                                 load(input(2).data, at[2])}));
      });
}

template <SpecialKind kind>
void read_tf(TfNode& n) {
  if (n.expect(inputs_of(kind))) n.become(SpecialFunction{kind});
}

}  // namespace

const OpDef SpecialFunction::kOp =
    define_op_table<SpecialFunction, infer, variant>("special_function");
extern const EvalFacet eval_special_function = eval_facet<SpecialFunction, eval>();
extern const ReadTfFacet read_tf_betainc{"Betainc", read_tf<SpecialKind::kBetainc>};
extern const ReadTfFacet read_tf_dawsn{"Dawsn", read_tf<SpecialKind::kDawsn>};
extern const ReadTfFacet read_tf_expint{"Expint", read_tf<SpecialKind::kExpint>};
extern const ReadTfFacet read_tf_igamma{"Igamma", read_tf<SpecialKind::kIgamma>};
extern const ReadTfFacet read_tf_igammac{"Igammac", read_tf<SpecialKind::kIgammac>};
extern const ReadTfFacet read_tf_polygamma{"Polygamma", read_tf<SpecialKind::kPolygamma>};
extern const ReadTfFacet read_tf_spence{"Spence", read_tf<SpecialKind::kSpence>};
extern const ReadTfFacet read_tf_zeta{"Zeta", read_tf<SpecialKind::kZeta>};

}  // namespace tare
