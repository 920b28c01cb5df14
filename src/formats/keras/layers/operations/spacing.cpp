// Divisors of integers, neighbours of floats, and numbers at equal distances.
#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/model.h"

namespace tare {
namespace {

using U = UnaryKind;
using B = BinaryKind;

void read_gcd(Operation& op) {
  const auto [a, b] = op.operands();
  if (!op.ok()) return;
  if (!is_integer(op.g.dtype(a))) return op.fail("expected integers");
  if (op.g.dtype(a) == DType::kUint64) return op.unsupported("uint64 is not; int64 is supported");
  const ValueId divisor = op.g.binary(B::kGcd, a, b);
  if (op.name() == "gcd") return op.output(divisor);
  const auto size = [&](ValueId v) {
    return is_unsigned(op.g.dtype(v)) ? v : op.g.unary(U::kAbs, v);
  };
  op.output(op.g.mul(size(a), op.g.binary(B::kFloorDiv, size(b), op.g.maximum(divisor, 1.0))));
}

// Keras takes the step in doubles, which in a smaller type is none.
void read_nextafter(Operation& op) {
  const auto [x, towards] = op.operands();
  const ValueId a = op.real(x), b = op.real(towards);
  if (!op.ok()) return;
  if (op.g.dtype(a) == DType::kFloat64)
    return op.unsupported("float64 is not; float32 is supported");
  op.output(op.g.select(op.g.unary(U::kIsNan, b), b, a));
}

// Numbers at equal distances between two; of powers the exponents are.
void read_linspace(Operation& op) {
  const auto [start, stop] = op.operands("start", "stop");
  const std::int64_t count = op.integer(2, "num", 50);
  const bool closed = op.flag("endpoint", true), powers = op.name() == "logspace";
  if (!op.ok() || count < 1 || count > (1 << 24)) return op.fail("num: out of range");
  const auto named = keras_dtype(op.plain(Operation::kNamed, "dtype").if_string().value_or(""));
  const DType type = named && is_float(*named) ? *named : DType::kFloat32;
  const ValueId from = op.g.cast(start, type), to = op.g.cast(stop, type);
  const std::int64_t parts = count - (closed ? 1 : 0);
  const ValueId step = op.g.div(op.g.sub(to, from), static_cast<double>(parts > 0 ? parts : 1));
  const int rank = op.g.rank(step);
  const std::int64_t axis = op.integer(Operation::kNamed, "axis", 0);
  if (!op.ok() || axis < -rank - 1 || axis > rank) return op.fail("axis: out of range");
  std::vector<Extent> shape(static_cast<std::size_t>(rank) + 1, 1);
  shape[0] = count;
  const ValueId places = op.g.reshape(op.g.cast(op.g.range(count), type), shape);
  ValueId y = op.g.add(op.g.mul(places, op.g.expand_dims(step, 0)),
                       op.g.rank(from) == rank ? op.g.expand_dims(from, 0) : from);
  if (named && !is_float(*named)) y = op.g.cast(op.g.unary(U::kFloor, y), *named);
  if (powers)
    y = op.g.binary(B::kPow, op.g.number(op.number(Operation::kNamed, "base", 10), op.g.dtype(y)),
                    y);
  op.output(op.g.move_axis(y, 0, static_cast<int>(axis < 0 ? axis + rank + 1 : axis)));
}

constexpr OperationRule kRules[] = {
    {"gcd", read_gcd},           {"lcm", read_gcd},           {"nextafter", read_nextafter},
    {"linspace", read_linspace}, {"logspace", read_linspace},
};

}  // namespace

std::span<const OperationRule> spacing_operations() { return kRules; }

}  // namespace tare
