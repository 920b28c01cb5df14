// Series and Newton's steps: kernels in double need no tuned polynomials.
#include "ops/common/special_functions.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace tare {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The scaled modified Bessel function of this order: its power series, and where that loses digits
// its asymptotic one.
double bessel_scaled(double x, int order) {
  const double a = std::fabs(x);
  if (a < 25) {
    double term = order == 0 ? 1.0 : a / 2, sum = 0;
    for (int k = 1; term > sum * 1e-18; ++k) {
      sum += term;
      term *= (a / 2) * (a / 2) / (static_cast<double>(k) * (k + order));
    }
    return sum * std::exp(-a);
  }
  const double m = 4.0 * order * order;
  double term = 1, sum = 0;
  for (int k = 1; k < 20; ++k) {
    sum += term;
    term *= -(m - (2.0 * k - 1) * (2.0 * k - 1)) / (k * 8.0 * a);
  }
  return sum / std::sqrt(2 * std::numbers::pi * a);
}

}  // namespace

double digamma(double x) {
  double result = 0;
  if (x <= 0) {
    if (x == std::floor(x)) return kNaN;
    result = -std::numbers::pi / std::tan(std::numbers::pi * (x - std::floor(x)));
    x = 1 - x;
  }
  while (x < 10) {
    result -= 1 / x;
    ++x;
  }
  const double q = 1 / (x * x);
  const double tail =
      q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 - q * (1.0 / 132)))));
  return result + std::log(x) - 0.5 / x - tail;
}

double ndtri(double p) {
  if (!(p >= 0 && p <= 1)) return kNaN;
  if (p == 0 || p == 1) return p == 0 ? -kInfinity : kInfinity;
  const bool upper = p > 0.5;
  const double tail = upper ? 1 - p : p;
  // Hastings' rational guess (Abramowitz and Stegun 26.2.23), then Halley's steps.
  const double t = std::sqrt(-2 * std::log(tail));
  double x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 3; ++i) {
    const double error = 0.5 * std::erfc(-x / std::numbers::sqrt2) - tail;
    const double u = error * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
    x -= u / (1 + x * u / 2);
  }
  return upper ? -x : x;
}

double erfinv(double y) {
  if (!(y >= -1 && y <= 1)) return kNaN;
  if (std::fabs(y) == 1) return std::copysign(kInfinity, y);
  const double a = std::fabs(y);
  double x = a < 0.5 ? a * 0.88622692545275801365 : -ndtri((1 - a) / 2) / std::numbers::sqrt2;
  for (int i = 0; i < 4; ++i) {
    const double error = a < 0.5 ? std::erf(x) - a : (1 - a) - std::erfc(x);
    const double u = error / (2 / std::sqrt(std::numbers::pi) * std::exp(-x * x));
    x -= u / (1 + x * u);
  }
  return std::copysign(x, y);
}

double bessel_i0e(double x) { return bessel_scaled(x, 0); }
double bessel_i1e(double x) { return std::copysign(bessel_scaled(x, 1), x); }

}  // namespace tare
