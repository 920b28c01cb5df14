// Elementwise operations that are composed of others.
#include <limits>
#include <numbers>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/model.h"
#include "ops/bucketize.h"
#include "ops/complex_part.h"

namespace tare {
namespace {

using U = UnaryKind;
using B = BinaryKind;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void read_cbrt(Operation& op) {
  const ValueId x = op.real(op.x());
  op.output(
      op.g.mul(op.g.unary(U::kSign, x), op.g.binary(B::kPow, op.g.unary(U::kAbs, x), 1.0 / 3)));
}

void read_to_radians(Operation& op) {
  op.output(op.g.mul(op.real(op.x()), std::numbers::pi / 180));
}
void read_to_degrees(Operation& op) {
  op.output(op.g.mul(op.real(op.x()), 180 / std::numbers::pi));
}
void read_fabs(Operation& op) { op.output(op.g.unary(U::kAbs, op.real(op.x()))); }

// sin(pi x) / (pi x), and 1 at 0.
void read_sinc(Operation& op) {
  const ValueId x = op.g.mul(op.real(op.x()), std::numbers::pi);
  const ValueId zero = op.g.binary(B::kEqual, x, 0.0);
  const ValueId one = op.g.number(1, op.g.dtype(x));
  const ValueId divisor = op.g.select(zero, one, x);
  op.output(op.g.select(zero, one, op.g.div(op.g.unary(U::kSin, divisor), divisor)));
}

// The sign of a zero counts too: 1 / -0 is below 0.
void read_signbit(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  const ValueId below = op.g.binary(B::kLess, x, 0.0);
  if (!is_float(op.g.dtype(x))) return op.output(below);
  const ValueId zero = op.g.binary(B::kEqual, x, 0.0);
  const ValueId inverse = op.g.binary(B::kLess, op.g.div(1.0, x), 0.0);
  op.output(op.g.logical_or(below, op.g.logical_and(zero, inverse)));
}

template <int kSign>
void read_is_infinity(Operation& op) {
  op.output(op.g.binary(B::kEqual, op.real(op.x()), kSign * kInfinity));
}

void read_nan_to_num(Operation& op) {
  ValueId x = op.x();
  if (!op.ok() || !is_float(op.g.dtype(x))) return op.output(x);
  const DType type = op.g.dtype(x);
  const double largest = type == DType::kFloat16    ? 65504.0
                         : type == DType::kFloat64  ? std::numeric_limits<double>::max()
                         : type == DType::kBFloat16 ? 3.3895313892515355e38
                                                    : std::numeric_limits<float>::max();
  const auto replace = [&](ValueId where, double by) {
    x = op.g.select(where, op.g.number(by, type), x);
  };
  replace(op.g.unary(U::kIsNan, x), op.number(1, "nan", 0));
  replace(op.g.binary(B::kEqual, x, kInfinity), op.number(2, "posinf", largest));
  replace(op.g.binary(B::kEqual, x, -kInfinity), op.number(3, "neginf", -largest));
  op.output(x);
}

void read_imag(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  if (!is_complex(op.g.dtype(x))) return op.output(op.g.mul(x, 0.0));
  op.output(op.layer().emit(ComplexPart{ComplexPartKind::kImag}, {x}));
}

void read_real(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  if (!is_complex(op.g.dtype(x))) return op.output(x);
  op.output(op.layer().emit(ComplexPart{ComplexPartKind::kReal}, {x}));
}

// Real numbers have the angle 0 or pi.
void read_angle(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  if (is_complex(op.g.dtype(x)))
    return op.output(op.layer().emit(ComplexPart{ComplexPartKind::kAngle}, {x}));
  const ValueId v = op.real(x);
  op.output(op.g.select(op.g.binary(B::kLess, v, 0.0), op.g.number(std::numbers::pi, op.g.dtype(v)),
                        op.g.mul(v, 0.0)));
}

void read_conjugate(Operation& op) {
  const ValueId x = op.x();
  if (op.ok() && is_complex(op.g.dtype(x)))
    return op.unsupported("complex numbers are not supported here");
  op.output(x);
}

Operation::Pair reals(Operation& op) {
  const Operation::Pair p = op.operands();
  return {op.real(p.a), op.real(p.b)};
}

void read_logaddexp2(Operation& op) {
  const auto [a, b] = reals(op);
  const ValueId distance = op.g.neg(op.g.unary(U::kAbs, op.g.sub(a, b)));
  const ValueId power = op.g.unary(U::kExp, op.g.mul(distance, std::numbers::ln2));
  op.output(
      op.g.add(op.g.maximum(a, b), op.g.mul(op.g.unary(U::kLog1p, power), 1 / std::numbers::ln2)));
}

// The step function; its value at 0 is the second operand.
void read_heaviside(Operation& op) {
  const auto [a, b] = reals(op);
  const ValueId step = op.g.cast(op.g.binary(B::kGreater, a, 0.0), op.g.dtype(a));
  op.output(op.g.select(op.g.binary(B::kEqual, a, 0.0), b, step));
}

void read_ldexp(Operation& op) {
  const ValueId x = op.real(op.x());
  const ValueId power = op.g.cast(op.tensor(1, "x2"), DType::kFloat32);
  op.output(op.g.mul(x, op.g.cast(op.g.binary(B::kPow, 2.0, power), op.g.dtype(x))));
}

// Where one operand is NaN the other is the result.
template <BinaryKind kKind>
void read_without_nan(Operation& op) {
  const Operation::Pair p = op.operands();
  if (!op.ok() || !is_float(op.g.dtype(p.a))) return op.output(op.g.binary(kKind, p.a, p.b));
  const ValueId a = op.g.select(op.g.unary(U::kIsNan, p.a), p.b, p.a);
  const ValueId b = op.g.select(op.g.unary(U::kIsNan, p.b), p.a, p.b);
  op.output(op.g.binary(kKind, a, b));
}

ValueId closeness(Operation& op) {
  const auto [a, b] = reals(op);
  const double relative = op.number(2, "rtol", 1e-5), absolute = op.number(3, "atol", 1e-8);
  const ValueId bound = op.g.add(op.g.mul(op.g.unary(U::kAbs, b), relative), absolute);
  const ValueId distance = op.g.unary(U::kAbs, op.g.sub(a, b));
  // Infinities are close to themselves alone.
  const ValueId near =
      op.g.logical_and(op.g.binary(B::kLessEqual, distance, bound), op.g.unary(U::kIsFinite, b));
  ValueId close = op.g.logical_or(near, op.g.binary(B::kEqual, a, b));
  if (op.flag("equal_nan", false))
    close = op.g.logical_or(close,
                            op.g.logical_and(op.g.unary(U::kIsNan, a), op.g.unary(U::kIsNan, b)));
  return close;
}

void read_isclose(Operation& op) { op.output(closeness(op)); }

void read_allclose(Operation& op) {
  const ValueId close = closeness(op);
  op.output(op.g.all(close, op.axes(SIZE_MAX, "none", close)));
}

void read_full_like(Operation& op) {
  const ValueId x = op.x();
  const ValueId value = op.g.cast(op.tensor(1, "fill_value", op.g.dtype(x)), op.g.dtype(x));
  op.output(op.g.add(op.g.mul(x, 0.0), value));
}

// The first choice whose condition holds.
void read_select(Operation& op) {
  const auto conditions = op.tensors(0, "condlist"), choices = op.tensors(1, "choicelist");
  if (!op.ok() || conditions.size() != choices.size())
    return op.fail("as many choices as conditions are required");
  const DType type = op.g.dtype(choices[0]);
  ValueId y = op.argument(2, "default").is_none() ? op.g.number(0, type)
                                                  : op.g.cast(op.tensor(2, "default", type), type);
  for (std::size_t i = choices.size(); i-- > 0;)
    y = op.g.select(op.g.cast(conditions[i], DType::kBool), op.g.cast(choices[i], type), y);
  op.output(y);
}

void read_digitize(Operation& op) {
  const ValueId x = op.x();
  const auto bounds = json_tensor(op.plain(1, "bins"), DType::kFloat32);
  if (!bounds || bounds->type.shape.rank() != 1) return op.fail("bins: expected a list of numbers");
  Bucketize bucketize;
  const float* numbers = reinterpret_cast<const float*>(bounds->bytes.data());
  bucketize.boundaries.assign(numbers, numbers + bounds->type.shape[0]);
  op.output(op.layer().emit(bucketize, {x}));
}

void read_divide_no_nan(Operation& op) {
  const auto [a, b] = reals(op);
  op.output(op.g.binary(B::kDivNoNan, a, b));
}

void read_bessel_i0(Operation& op) {
  const ValueId x = op.real(op.x());
  if (!op.ok()) return;
  const ValueId growth = op.g.unary(U::kExp, op.g.unary(U::kAbs, x));
  op.output(op.g.mul(op.g.unary(U::kBesselI0e, x), growth));
}

void read_reciprocal_no_nan(Operation& op) { op.output(op.g.binary(B::kDivNoNan, 1.0, op.x())); }

void read_xlog1py(Operation& op) {
  const auto [x, y] = op.operands();
  if (!op.ok()) return;
  const ValueId product = op.g.mul(x, op.g.unary(U::kLog1p, y));
  op.output(op.g.select(op.g.binary(B::kEqual, x, 0.0), op.g.mul(x, 0.0), product));
}

void read_is_real(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  if (is_complex(op.g.dtype(x)))
    return op.output(
        op.g.binary(B::kEqual, op.layer().emit(ComplexPart{ComplexPartKind::kImag}, {x}), 0.0));
  op.output(op.g.logical_or(op.g.binary(B::kEqual, x, x), op.g.binary(B::kNotEqual, x, x)));
}

void read_crelu(Operation& op) {
  const ValueId x = op.x();
  const int axis = op.axis(op.integer(Operation::kNamed, "axis", -1), x);
  if (op.ok()) op.output(op.g.concat({op.g.relu(x), op.g.relu(op.g.neg(x))}, axis));
}

constexpr OperationRule kRules[] = {
    {"i0", read_bessel_i0},
    {"bessel_i0", read_bessel_i0},
    {"reciprocal_no_nan", read_reciprocal_no_nan},
    {"xlog1py", read_xlog1py},
    {"isreal", read_is_real},
    {"crelu", read_crelu},
    {"cbrt", read_cbrt},
    {"deg2rad", read_to_radians},
    {"rad2deg", read_to_degrees},
    {"fabs", read_fabs},
    {"sinc", read_sinc},
    {"signbit", read_signbit},
    {"isneginf", read_is_infinity<-1>},
    {"isposinf", read_is_infinity<1>},
    {"nan_to_num", read_nan_to_num},
    {"imag", read_imag},
    {"real", read_real},
    {"angle", read_angle},
    {"conjugate", read_conjugate},
    {"conj", read_conjugate},
    {"logaddexp2", read_logaddexp2},
    {"heaviside", read_heaviside},
    {"ldexp", read_ldexp},
    {"fmax", read_without_nan<B::kMaximum>},
    {"fmin", read_without_nan<B::kMinimum>},
    {"isclose", read_isclose},
    {"allclose", read_allclose},
    {"all_close", read_allclose},
    {"full_like", read_full_like},
    {"select", read_select},
    {"digitize", read_digitize},
    {"divide_no_nan", read_divide_no_nan},
};

}  // namespace

std::span<const OperationRule> number_operations() { return kRules; }

}  // namespace tare
