// FarmHash's Fingerprint64: a 64-bit hash whose values are fixed for ever, which TFLite's
// LSH_PROJECTION rests on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tare {

std::uint64_t fingerprint(std::span<const std::byte> bytes);

}  // namespace tare
