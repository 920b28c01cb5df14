// Elementwise ops of two inputs with broadcasting: one table, as they differ in nothing but the
// function (binary.cpp).
#pragma once

#include <cstdint>

#include "ir/activation.h"
#include "ir/op_def.h"

namespace tare {

enum class BinaryKind : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kFloorMod,
  kMaximum,
  kMinimum,
  kPow,
  kSquaredDifference,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kLogicalAnd,
  kLogicalOr,
  kBitwiseXor,
  kRightShift,
  kLeftShift,
  kBitwiseAnd,
  kBitwiseOr,
  kDivNoNan,
  kMod,
  kTruncateDiv,
  kXdivy,
  kXlogy,
  kMulNoNan,
  kShiftLeftModulo,  // by the low 5 bits of the amount
  kGcd,
};

// What maximum and minimum give where an operand is NaN: NaN, or one of the operands.
enum class NanRule : std::uint8_t { kPropagate, kSecond, kFirst };

struct Binary {
  BinaryKind kind;
  Activation activation = Activation::kNone;  // add, sub, mul, div
  bool pot_scale_int16 = false;               // legacy int16 add and sub with power-of-two scales
  bool int8_output = false;                   // mul: int16 operands into an int8 result
  bool stored = false;  // on the stored numbers, whatever they are quantised to (STABLEHLO_*)
  NanRule nan = NanRule::kPropagate;
  bool operator==(const Binary&) const = default;
  static const OpDef kOp;
};

// True for ops whose result is bool whatever they compare.
inline bool is_comparison(BinaryKind k) {
  return k >= BinaryKind::kEqual && k <= BinaryKind::kLogicalOr;
}

}  // namespace tare
