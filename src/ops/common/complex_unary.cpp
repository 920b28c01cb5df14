// All in terms of the exponential, the logarithm and the square root, of which the C++ library's
// are good; so that none of its larger ones are carried.
#include "ops/common/complex_unary.h"

#include <cmath>
#include <complex>

#include "ops/common/elements.h"

namespace tare {
namespace {

using Complex = std::complex<double>;

Complex times_i(Complex z) { return {-z.imag(), z.real()}; }
Complex over_i(Complex z) { return {z.imag(), -z.real()}; }

Complex sinh_of(Complex z) {
  return {std::sinh(z.real()) * std::cos(z.imag()), std::cosh(z.real()) * std::sin(z.imag())};
}
Complex cosh_of(Complex z) {
  return {std::cosh(z.real()) * std::cos(z.imag()), std::sinh(z.real()) * std::sin(z.imag())};
}
Complex tanh_of(Complex z) {
  if (std::fabs(z.real()) > 20) return {std::copysign(1.0, z.real()), 0.0};
  return sinh_of(z) / cosh_of(z);
}
Complex asinh_of(Complex z) { return std::log(z + std::sqrt(z * z + 1.0)); }
Complex atanh_of(Complex z) { return 0.5 * (std::log(1.0 + z) - std::log(1.0 - z)); }
Complex acosh_of(Complex z) { return std::log(z + std::sqrt(z + 1.0) * std::sqrt(z - 1.0)); }
Complex asin_of(Complex z) { return over_i(asinh_of(times_i(z))); }

Complex (*function(UnaryKind kind))(Complex) {
  switch (kind) {
    case UnaryKind::kAcos:
      return [](Complex z) { return 1.57079632679489661923 - asin_of(z); };
    case UnaryKind::kAcosh:
      return acosh_of;
    case UnaryKind::kAsin:
      return asin_of;
    case UnaryKind::kAsinh:
      return asinh_of;
    case UnaryKind::kAtan:
      return [](Complex z) { return over_i(atanh_of(times_i(z))); };
    case UnaryKind::kAtanh:
      return atanh_of;
    case UnaryKind::kCos:
      return [](Complex z) { return cosh_of(times_i(z)); };
    case UnaryKind::kCosh:
      return cosh_of;
    case UnaryKind::kExp:
      return [](Complex z) { return std::exp(z); };
    case UnaryKind::kExpm1:
      return [](Complex z) { return std::exp(z) - 1.0; };
    case UnaryKind::kLog:
      return [](Complex z) { return std::log(z); };
    case UnaryKind::kLog1p:
      return [](Complex z) { return std::log(1.0 + z); };
    case UnaryKind::kLogistic:
      return [](Complex z) { return 1.0 / (1.0 + std::exp(-z)); };
    case UnaryKind::kNeg:
      return [](Complex z) { return -z; };
    case UnaryKind::kReciprocal:
      return [](Complex z) { return 1.0 / z; };
    case UnaryKind::kRsqrt:
      return [](Complex z) { return 1.0 / std::sqrt(z); };
    case UnaryKind::kSign:
      return [](Complex z) { return z == 0.0 ? z : z / std::abs(z); };
    case UnaryKind::kSin:
      return [](Complex z) { return over_i(sinh_of(times_i(z))); };
    case UnaryKind::kSinh:
      return sinh_of;
    case UnaryKind::kSqrt:
      return [](Complex z) { return std::sqrt(z); };
    case UnaryKind::kSquare:
      return [](Complex z) { return z * z; };
    case UnaryKind::kTan:
      return [](Complex z) { return over_i(tanh_of(times_i(z))); };
    case UnaryKind::kTanh:
      return tanh_of;
    default:
      return nullptr;
  }
}

}  // namespace

bool eval_complex_unary(const Unary& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const auto f = function(op.kind);
  if (!is_complex(in.dtype) || f == nullptr) return false;
  const LoadComplex load = load_complex(in.dtype);
  const StoreComplex store = store_complex(in.dtype);
  for (std::int64_t i = 0; i < in.elements(); ++i) store(c.output(0).data, i, f(load(in.data, i)));
  return true;
}

}  // namespace tare
