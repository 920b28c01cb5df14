// Real numbers out of complex ones: real part, imaginary part, magnitude, angle. One table, as they
// differ in nothing but the function.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace tare {

enum class ComplexPartKind : std::uint8_t { kReal, kImag, kComplexAbs, kAngle };

struct ComplexPart {
  ComplexPartKind kind;
  bool operator==(const ComplexPart&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
