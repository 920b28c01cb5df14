// Whether a tensor is what a case wants, and if not, how it is not.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/case_file.h"

namespace tare::cli {

// Empty when `got` is as wanted; else one line that says what differs most.
std::string mismatch(const Tensor& got, const CaseTensor& want, const Tolerance& tolerance);

// Elements seen and elements that are not equal to the last bit, by element type.
struct Tally {
  std::int64_t elements = 0;
  std::int64_t different = 0;
};
using Tallies = std::map<std::string, Tally>;
void tally(const Tensor& a, const Tensor& b, Tallies& tallies);

}  // namespace tare::cli
