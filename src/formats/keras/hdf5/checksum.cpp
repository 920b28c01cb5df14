// The two sums that HDF5 keeps: Bob Jenkins's lookup3 over metadata, Fletcher-32 over chunks.
#include <bit>

#include "formats/keras/hdf5/hdf5.h"

namespace tare {

std::uint32_t hdf5_lookup3(std::span<const std::byte> bytes) {
  const auto rotate = [](std::uint32_t v, int k) { return std::rotl(v, k); };
  std::uint32_t a = 0xdeadbeefu + static_cast<std::uint32_t>(bytes.size());
  std::uint32_t b = a, c = a;
  const auto word = [&](std::size_t at, std::size_t left) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4 && i < left; ++i)
      v |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
    return v;
  };
  std::size_t at = 0, left = bytes.size();
  for (; left > 12; at += 12, left -= 12) {
    a += word(at, 4);
    b += word(at + 4, 4);
    c += word(at + 8, 4);
    a -= c;
    a ^= rotate(c, 4);
    c += b;
    b -= a;
    b ^= rotate(a, 6);
    a += c;
    c -= b;
    c ^= rotate(b, 8);
    b += a;
    a -= c;
    a ^= rotate(c, 16);
    c += b;
    b -= a;
    b ^= rotate(a, 19);
    a += c;
    c -= b;
    c ^= rotate(b, 4);
    b += a;
  }
  if (left == 0) return c;
  a += word(at, left);
  if (left > 4) b += word(at + 4, left - 4);
  if (left > 8) c += word(at + 8, left - 8);
  c ^= b;
  c -= rotate(b, 14);
  a ^= c;
  a -= rotate(c, 11);
  b ^= a;
  b -= rotate(a, 25);
  c ^= b;
  c -= rotate(b, 16);
  a ^= c;
  a -= rotate(c, 4);
  b ^= a;
  b -= rotate(a, 14);
  c ^= b;
  c -= rotate(b, 24);
  return c;
}

std::uint32_t hdf5_fletcher32(std::span<const std::byte> bytes) {
  std::uint64_t low = 0, high = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto first = std::to_integer<std::uint64_t>(bytes[i]) << 8;
    low += first | (i + 1 < bytes.size() ? std::to_integer<std::uint64_t>(bytes[i + 1]) : 0);
    high += low;
    if ((i & 1022) == 1022) {
      low = (low & 0xffff) + (low >> 16);
      high = (high & 0xffff) + (high >> 16);
    }
  }
  for (int i = 0; i < 4; ++i) {
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
  }
  return static_cast<std::uint32_t>(high << 16 | low);
}

}  // namespace tare
