// Counts every allocation of this program, by replacing malloc and its relatives where the C
// library allows that (glibc, no sanitizer). Elsewhere nothing is counted, and the tests that ask
// say so by skipping.
#pragma once

#include <cstdint>

namespace tare::test {

bool allocations_are_counted();
inline constexpr char kWhyNotCounted[] =
    "malloc is counted in builds with the GNU C library and without sanitizers only";
std::int64_t allocations_so_far();

}  // namespace tare::test
