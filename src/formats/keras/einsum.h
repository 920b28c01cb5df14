// Einstein summation of one or two tensors: "ab,bc->ac", with "..." for dimensions that broadcast.
#pragma once

#include <string_view>

#include "ports/keras_layer.h"

namespace tare {

// b is absent for one operand. Spaces are ignored; without "->" the result has the letters that
// occur once, sorted.
ValueId einsum(KerasLayer& layer, std::string_view equation, ValueId a, ValueId b);

// The equation with its ellipses spelt out as letters, for operands of these ranks. Empty when it
// does not fit.
struct EinsumTerms {
  std::string a, b, out;
};
EinsumTerms einsum_terms(std::string_view equation, int rank_a, int rank_b);

}  // namespace tare
