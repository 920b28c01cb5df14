// The checksum of TensorFlow's checkpoints: CRC-32C, stored rotated and offset so that sums of sums
// stay apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tare {

class Crc32c {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes)
      state_ = kTable[(state_ ^ static_cast<std::uint32_t>(b)) & 0xff] ^ (state_ >> 8);
  }
  std::uint32_t masked() const {
    const std::uint32_t sum = ~state_;
    return ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
  }

 private:
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0x82f63b78u ^ (c >> 1) : c >> 1;
      table[i] = c;
    }
    return table;
  }();
  std::uint32_t state_ = 0xffffffffu;
};

}  // namespace tare
