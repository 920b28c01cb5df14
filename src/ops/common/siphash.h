// SipHash-2-4, a keyed 64-bit hash: what TensorFlow calls a strong hash.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tare {

std::uint64_t siphash(const std::array<std::uint64_t, 2>& key, std::string_view text);

}  // namespace tare
