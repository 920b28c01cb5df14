// The table of elementwise ops of one input: function on doubles, function on integers where there
// is one, XNNPACK's operator, TFLite's code.
#pragma once

#include <cstdint>
#include <string_view>

#include "ops/unary/unary.h"

namespace tare {

struct UnaryRow {
  using Real = double (*)(double x, double alpha);
  using Integer = std::int64_t (*)(std::int64_t x);
  std::string_view name;
  Real real;
  Integer integer = nullptr;
  int tflite = -1;
  int xnn = -1;
};

const UnaryRow& row_of(UnaryKind kind);
std::string_view name_of(UnaryKind kind);

}  // namespace tare
