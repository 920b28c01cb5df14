// A bounds-checked cursor over bytes of a file, little-endian. The first read past the end sticks:
// everything after it gives zeros, so a reader checks once, where it would act on what it read.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tare {

class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(std::span<const std::byte> bytes, std::size_t position = 0) : bytes_(bytes) {
    seek(position);
  }

  bool ok() const { return ok_; }
  void fail() { ok_ = false; }
  std::size_t position() const { return position_; }
  std::size_t left() const { return ok_ ? bytes_.size() - position_ : 0; }
  std::span<const std::byte> all() const { return bytes_; }

  void seek(std::uint64_t position) {
    if (position > bytes_.size()) return fail();
    position_ = static_cast<std::size_t>(position);
  }
  void skip(std::uint64_t count) {
    if (count > left()) return fail();
    position_ += static_cast<std::size_t>(count);
  }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  float f32() { return std::bit_cast<float>(u32()); }
  double f64() { return std::bit_cast<double>(u64()); }
  // An unsigned number of 0 to 8 bytes.
  std::uint64_t number_of(unsigned size) {
    std::uint64_t value = 0;
    if (size > 8) fail();
    for (unsigned i = 0; i < size && ok_; ++i) value |= static_cast<std::uint64_t>(u8()) << (8 * i);
    return ok_ ? value : 0;
  }

  // The next bytes, in place; empty when there are not so many.
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left()) {
      fail();
      return {};
    }
    const auto part = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += part.size();
    return part;
  }
  std::string_view text(std::uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  bool expect(std::string_view signature) {
    if (text(signature.size()) != signature) fail();
    return ok_;
  }

 private:
  template <class T>
  T number() {
    static_assert(std::endian::native == std::endian::little);
    T value{};
    const auto part = take(sizeof(T));
    if (part.size() == sizeof(T)) std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace tare
