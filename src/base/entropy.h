// A number nobody can guess, for random ops that were given no seed.
#pragma once

#include <cstdint>

namespace tare {

std::uint64_t entropy();

}  // namespace tare
