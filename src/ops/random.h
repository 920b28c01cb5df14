// Random numbers of a wanted shape: uniform in [0, 1), or of a normal distribution with mean 0 and
// deviation 1.
#pragma once

#include "ir/op_def.h"
#include "ops/common/philox.h"

namespace tare {

enum class RandomKind : std::uint8_t { kUniform, kStandardNormal };

struct Random {
  RandomKind kind;
  Seeds seeds;
  bool operator==(const Random&) const = default;
  static const OpDef kOp;
};

// Class numbers drawn by unnormalised log-probabilities. Inputs: logits float [batch, classes],
// count. Output: [batch, count].
struct Multinomial {
  Seeds seeds;
  DType dtype = DType::kInt64;  // int32 or int64
  bool operator==(const Multinomial&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
