// Reads protobuf's wire format: fields in any order, unknown ones skipped. Every length is checked;
// the first error sticks, as in Cursor.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/cursor.h"

namespace tare {

class Protobuf {
 public:
  explicit Protobuf(std::span<const std::byte> bytes) : cursor_(bytes) {}

  // Goes to the next field; false at the end or after an error. A field that is not read is
  // skipped.
  bool next() {
    if (pending_) skip();
    if (!cursor_.ok() || cursor_.left() == 0) return false;
    const std::uint64_t key = varint();
    field_ = static_cast<std::uint32_t>(key >> 3);
    wire_ = static_cast<unsigned>(key & 7);
    if (field_ == 0 || key >> 32 != 0) cursor_.fail();
    pending_ = cursor_.ok();
    return pending_;
  }
  std::uint32_t field() const { return field_; }
  bool ok() const { return cursor_.ok(); }

  std::uint64_t natural() {
    want(0);
    return varint();
  }
  std::int64_t integer() { return static_cast<std::int64_t>(natural()); }
  float f32() {
    want(5);
    return cursor_.f32();
  }
  std::uint32_t fixed32() {
    want(5);
    return cursor_.u32();
  }
  std::span<const std::byte> bytes() {
    want(2);
    return cursor_.take(varint());
  }
  std::string text() {
    const auto b = bytes();
    return {reinterpret_cast<const char*>(b.data()), b.size()};
  }
  // A repeated field of numbers: packed, or one of them. add(Protobuf&) takes one by raw_...
  template <class F>
  void numbers(unsigned single_wire, F&& add) {
    if (wire_ == 2) {
      Protobuf packed(bytes());
      while (packed.cursor_.ok() && packed.cursor_.left() > 0) add(packed);
      if (!packed.ok()) cursor_.fail();
    } else {
      want(single_wire);
      add(*this);
    }
  }
  std::uint64_t raw_varint() { return varint(); }
  float raw_f32() { return cursor_.f32(); }
  double raw_f64() { return cursor_.f64(); }
  void fail() { cursor_.fail(); }

 private:
  void want(unsigned wire) {
    if (wire_ != wire) cursor_.fail();
    pending_ = false;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const std::uint8_t b = cursor_.u8();
      if (shift < 64) value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0) return cursor_.ok() ? value : 0;
    }
    cursor_.fail();
    return 0;
  }
  void skip() {
    pending_ = false;
    switch (wire_) {
      case 0:
        varint();
        break;
      case 1:
        cursor_.skip(8);
        break;
      case 2:
        cursor_.skip(varint());
        break;
      case 5:
        cursor_.skip(4);
        break;
      default:
        cursor_.fail();  // groups have been gone from protobuf for long
    }
  }

  Cursor cursor_;
  std::uint32_t field_ = 0;
  unsigned wire_ = 0;
  bool pending_ = false;
};

// Key and value of a map that has messages, or strings, for values.
inline std::pair<std::string, std::span<const std::byte>> protobuf_map_entry(
    std::span<const std::byte> bytes, bool& ok) {
  std::pair<std::string, std::span<const std::byte>> entry;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      entry.first = p.text();
    else if (p.field() == 2)
      entry.second = p.bytes();
  }
  ok &= p.ok();
  return entry;
}

}  // namespace tare
