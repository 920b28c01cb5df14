// Functions of statistics and number theory over one to three broadcast floats, computed in double:
// one table, apart from the unary and binary ones, as TensorFlow alone has them.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class SpecialKind : std::uint8_t {
  kIgamma,     // a, x: share of the gamma function's integral below x
  kIgammac,    // a, x: above x
  kZeta,       // x, q: Hurwitz's
  kPolygamma,  // order, x
  kBetainc,    // a, b, x
  kSpence,
  kDawsn,
  kExpint,  // of positive numbers
};

struct SpecialFunction {
  SpecialKind kind;
  bool operator==(const SpecialFunction&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
