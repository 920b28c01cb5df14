// Integer division by zero is an error, as in TensorFlow; float division follows IEEE 754.
#include "ops/binary/rows.h"

#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "ops/common/atan2.h"
#include "ports/xnn_builder.h"
#include "tflite_schema_generated.h"

namespace tare {
namespace {

using I = std::int64_t;

constexpr int x(XnnBinary b) { return static_cast<int>(b); }
I wrap_add(I a, I b) {
  return static_cast<I>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
I wrap_sub(I a, I b) {
  return static_cast<I>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
I wrap_mul(I a, I b) {
  return static_cast<I>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
// A divisor of 0 has been refused before; -1 is apart because INT64_MIN / -1 traps.
I divide(I a, I b) { return b == -1 ? wrap_sub(0, a) : a / b; }
I remainder(I a, I b) { return b == -1 ? 0 : a % b; }
I floor_divide(I a, I b) {
  const I q = divide(a, b);
  return remainder(a, b) != 0 && ((a < 0) != (b < 0)) ? q - 1 : q;
}
I floor_modulo(I a, I b) {
  const I r = remainder(a, b);
  return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}
I power(I base, I exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  I result = 1;
  for (; exponent > 0; exponent >>= 1, base = wrap_mul(base, base))
    if (exponent & 1) result = wrap_mul(result, base);
  return result;
}
double floor_modulo(double a, double b) {
  const double r = std::fmod(a, b);
  return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}
double larger(double a, double b) { return a > b || std::isnan(a) ? a : b; }
double smaller(double a, double b) { return a < b || std::isnan(a) ? a : b; }

I greatest_divisor(I a, I b) {
  const auto size = [](I v) {
    return v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
  };
  std::uint64_t x = size(a), y = size(b);
  while (y != 0) x = std::exchange(y, x % y);
  return static_cast<I>(x);
}

// In the order of BinaryKind.
constexpr BinaryRow kRows[] = {
    {"add", [](double a, double b) { return a + b; }, wrap_add, tflite::BuiltinOperator_ADD,
     x(XnnBinary::kAdd)},
    {"sub", [](double a, double b) { return a - b; }, wrap_sub, tflite::BuiltinOperator_SUB,
     x(XnnBinary::kSubtract)},
    {"mul", [](double a, double b) { return a * b; }, wrap_mul, tflite::BuiltinOperator_MUL,
     x(XnnBinary::kMultiply)},
    {"div", [](double a, double b) { return a / b; }, divide, tflite::BuiltinOperator_DIV,
     x(XnnBinary::kDivide)},
    {"floor_div", [](double a, double b) { return std::floor(a / b); }, floor_divide,
     tflite::BuiltinOperator_FLOOR_DIV},
    {"floor_mod", floor_modulo, floor_modulo, tflite::BuiltinOperator_FLOOR_MOD},
    {"maximum", larger, [](I a, I b) { return a > b ? a : b; }, tflite::BuiltinOperator_MAXIMUM,
     x(XnnBinary::kMaximum)},
    {"minimum", smaller, [](I a, I b) { return a < b ? a : b; }, tflite::BuiltinOperator_MINIMUM,
     x(XnnBinary::kMinimum)},
    {"pow", [](double a, double b) { return std::pow(a, b); }, power, tflite::BuiltinOperator_POW},
    {"squared_difference", [](double a, double b) { return (a - b) * (a - b); },
     [](I a, I b) { return wrap_mul(wrap_sub(a, b), wrap_sub(a, b)); },
     tflite::BuiltinOperator_SQUARED_DIFFERENCE, x(XnnBinary::kSquaredDifference)},
    {"atan2", [](double a, double b) { return accurate_atan2(a, b); }, nullptr,
     tflite::BuiltinOperator_ATAN2},
    {"equal", [](double a, double b) -> double { return a == b; },
     [](I a, I b) -> I { return a == b; }, tflite::BuiltinOperator_EQUAL},
    {"not_equal", [](double a, double b) -> double { return a != b; },
     [](I a, I b) -> I { return a != b; }, tflite::BuiltinOperator_NOT_EQUAL},
    {"less", [](double a, double b) -> double { return a < b; },
     [](I a, I b) -> I { return a < b; }, tflite::BuiltinOperator_LESS},
    {"less_equal", [](double a, double b) -> double { return a <= b; },
     [](I a, I b) -> I { return a <= b; }, tflite::BuiltinOperator_LESS_EQUAL},
    {"greater", [](double a, double b) -> double { return a > b; },
     [](I a, I b) -> I { return a > b; }, tflite::BuiltinOperator_GREATER},
    {"greater_equal", [](double a, double b) -> double { return a >= b; },
     [](I a, I b) -> I { return a >= b; }, tflite::BuiltinOperator_GREATER_EQUAL},
    {"logical_and", nullptr, [](I a, I b) -> I { return a && b; },
     tflite::BuiltinOperator_LOGICAL_AND},
    {"logical_or", nullptr, [](I a, I b) -> I { return a || b; },
     tflite::BuiltinOperator_LOGICAL_OR},
    {"bitwise_xor", nullptr, [](I a, I b) { return a ^ b; }, tflite::BuiltinOperator_BITWISE_XOR},
    {"right_shift", nullptr, [](I a, I b) { return a >> std::clamp<I>(b, 0, 63); },
     tflite::BuiltinOperator_RIGHT_SHIFT},
    {"left_shift", nullptr,
     [](I a, I b) {
       return b < 0 || b > 63 ? 0 : static_cast<I>(static_cast<std::uint64_t>(a) << b);
     }},
    {"bitwise_and", nullptr, [](I a, I b) { return a & b; }},
    {"bitwise_or", nullptr, [](I a, I b) { return a | b; }},
    {"div_no_nan", [](double a, double b) { return b == 0 ? 0 : a / b; }, nullptr},
    {"mod", [](double a, double b) { return std::fmod(a, b); }, remainder},
    {"truncate_div", [](double a, double b) { return std::trunc(a / b); }, divide},
    {"xdivy", [](double a, double b) { return a == 0 ? 0 : a / b; }, nullptr},
    {"xlogy", [](double a, double b) { return a == 0 ? 0 : a * std::log(b); }, nullptr},
    {"mul_no_nan", [](double a, double b) { return b == 0 ? 0 : a * b; }, nullptr},
    {"shift_left_modulo", nullptr,
     [](I a, I b) { return static_cast<I>(static_cast<std::uint64_t>(a) << (b & 31)); }},
    {"gcd", nullptr, greatest_divisor},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(BinaryKind::kGcd) + 1);

// Apart from the functions, so that an engine which only reads and fuses this op does not carry
// them.
constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  return names;
}();

}  // namespace

const BinaryRow& row_of(BinaryKind kind) { return kRows[static_cast<std::size_t>(kind)]; }
std::string_view name_of(BinaryKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

}  // namespace tare
