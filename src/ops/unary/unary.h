// Elementwise ops of one input: one table, as they differ in nothing but the function (rows.cpp).
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

// TFLite's first, then what only TensorFlow and Keras name.
enum class UnaryKind : std::uint8_t {
  kAbs,
  kCeil,
  kCos,
  kElu,
  kExp,
  kFloor,
  kGelu,
  kGeluApproximate,
  kHardSwish,
  kLeakyRelu,
  kLog,
  kLogicalNot,
  kLogistic,
  kNeg,
  kRelu,
  kRelu0To1,
  kRelu6,
  kReluN1To1,
  kRound,
  kRsqrt,
  kSign,
  kSin,
  kSqrt,
  kSquare,
  kTanh,
  kAcos,
  kAcosh,
  kAsin,
  kAsinh,
  kAtan,
  kAtanh,
  kBitwiseNot,
  kCosh,
  kErf,
  kErfc,
  kExpm1,
  kHardSigmoid,
  kIsFinite,
  kIsInf,
  kIsNan,
  kLgamma,
  kLog1p,
  kMish,
  kReciprocal,
  kSelu,
  kSilu,
  kSinh,
  kSoftplus,
  kSoftsign,
  kTan,
  kDigamma,
  kErfinv,
  kNdtri,
  kBesselI0e,
  kBesselI1e,
};

struct Unary {
  UnaryKind kind;
  float alpha =
      0.0f;  // elu: scale of the negative branch; leaky_relu: its slope; hard_sigmoid: slope
             // (Keras: 1/6 or 0.2); sign: not 0 where NaN stays NaN (TensorFlow; in TFLite it is 0)
  bool operator==(const Unary&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
