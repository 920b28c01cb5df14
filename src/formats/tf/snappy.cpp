// A stream of literals and copies of what came before; every copy is checked against what there is.
#include "formats/tf/snappy.h"

#include <cstring>

#include "base/cursor.h"

namespace tare {
namespace {

std::uint32_t read_size(Cursor& in) {
  std::uint64_t size = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t b = in.u8();
    size |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if ((b & 0x80) == 0) break;
    if (shift == 28) in.fail();
  }
  if (size > UINT32_MAX) in.fail();
  return in.ok() ? static_cast<std::uint32_t>(size) : 0;
}

}  // namespace

Result<Buffer> decompress_snappy(std::span<const std::byte> compressed, std::uint64_t max_bytes) {
  Error broken{Code::kInvalidModel, "a compressed block is broken", {}};
  Cursor in(compressed);
  const std::uint32_t size = read_size(in);
  // No three bytes give more than 64.
  if (!in.ok() || size > max_bytes || size > compressed.size() * 32) return broken;
  Buffer result = Buffer::allocate(size);
  if (result.size() != size) return Error{Code::kBudgetExceeded, "out of memory", {}};
  std::byte* out = result.mutable_data();
  std::size_t at = 0;
  while (in.ok() && in.left() > 0) {
    const std::uint8_t tag = in.u8();
    std::size_t length = 0, offset = 0;
    switch (tag & 3) {
      case 0: {
        length = static_cast<std::size_t>(tag >> 2) + 1;
        if (length > 60)
          length = static_cast<std::size_t>(in.number_of(static_cast<unsigned>(length - 60))) + 1;
        const auto literal = in.take(length);
        if (!in.ok() || literal.size() > size - at) return broken;
        if (!literal.empty()) std::memcpy(out + at, literal.data(), literal.size());
        at += literal.size();
        continue;
      }
      case 1:
        length = static_cast<std::size_t>((tag >> 2) & 7) + 4;
        offset = static_cast<std::size_t>(tag >> 5) << 8 | in.u8();
        break;
      case 2:
        length = static_cast<std::size_t>(tag >> 2) + 1;
        offset = in.u16();
        break;
      default:
        length = static_cast<std::size_t>(tag >> 2) + 1;
        offset = in.u32();
    }
    if (!in.ok() || offset == 0 || offset > at || length > size - at) return broken;
    for (; length > 0; --length, ++at) out[at] = out[at - offset];
  }
  if (!in.ok() || at != size) return broken;
  return result;
}

}  // namespace tare
