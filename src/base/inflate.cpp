// Codes are read through a table of their first bits; the few that are longer are found by counting
// on, length by length. Every table is built from counts that have been checked to describe a
// complete prefix code, so decoding can end in no other way than a symbol, an error or the end of
// the input.
#include "base/inflate.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tare {
namespace {

constexpr unsigned kMaxBits = 15;
constexpr unsigned kFastBits = 9;
// A match of 258 bytes costs at least two bits.
constexpr std::uint64_t kMaxRatio = 1032;

class Bits {
 public:
  explicit Bits(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // The next 16 bits or more, zeros past the end.
  std::uint32_t peek() {
    while (count_ <= 24) {
      if (at_ < bytes_.size()) held_ |= static_cast<std::uint64_t>(bytes_[at_]) << count_;
      ++at_;
      count_ += 8;
    }
    return static_cast<std::uint32_t>(held_);
  }
  void skip(unsigned n) {
    held_ >>= n;
    count_ -= n;
  }
  std::uint32_t take(unsigned n) {
    const std::uint32_t value = peek() & ((1u << n) - 1u);
    skip(n);
    return value;
  }
  void to_byte() { skip(count_ % 8); }
  // True when more was taken than there is.
  bool overrun() const { return at_ > bytes_.size() + count_ / 8; }
  // The next whole bytes; call to_byte first.
  std::span<const std::byte> bytes(std::size_t n) {
    at_ -= count_ / 8;
    held_ = 0;
    count_ = 0;
    if (at_ > bytes_.size() || n > bytes_.size() - at_) {
      at_ = bytes_.size() + 1;
      return {};
    }
    at_ += n;
    return bytes_.subspan(at_ - n, n);
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
};

class Code {
 public:
  // False when the lengths are no prefix code. One symbol alone may be incomplete: a stream without
  // matches.
  bool build(std::span<const std::uint8_t> lengths) {
    count_.fill(0);
    fast_.fill(0);
    for (std::uint8_t length : lengths) ++count_[length];
    const unsigned used = static_cast<unsigned>(lengths.size()) - count_[0];
    count_[0] = 0;
    int left = 1;
    for (unsigned length = 1; length <= kMaxBits; ++length) {
      left = 2 * left - static_cast<int>(count_[length]);
      if (left < 0) return false;
    }
    if (left > 0 && used > 1) return false;
    std::array<std::uint16_t, kMaxBits + 2> next{};
    for (unsigned length = 1; length <= kMaxBits; ++length) {
      next[length + 1] = static_cast<std::uint16_t>(next[length] + count_[length]);
    }
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] != 0) symbols_[next[lengths[i]]++] = static_cast<std::uint16_t>(i);
    }
    fill_fast();
    return true;
  }

  // A symbol, or -1.
  int decode(Bits& bits) const {
    const std::uint32_t window = bits.peek();
    const std::uint16_t entry = fast_[window & ((1u << kFastBits) - 1u)];
    if (entry != 0) {
      bits.skip(entry & 15u);
      return entry >> 4;
    }
    unsigned code = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= kMaxBits; ++length) {
      code |= (window >> (length - 1)) & 1u;
      if (code < first + count_[length]) {
        bits.skip(length);
        return symbols_[index + code - first];
      }
      index += count_[length];
      first = (first + count_[length]) << 1;
      code <<= 1;
    }
    return -1;
  }

 private:
  // Every window that begins with a short code names its symbol (upper bits) and length (lower
  // four).
  void fill_fast() {
    unsigned code = 0, index = 0;
    for (unsigned length = 1; length <= kFastBits; ++length, code <<= 1) {
      for (unsigned i = 0; i < count_[length]; ++i, ++code, ++index) {
        unsigned reversed = 0;
        for (unsigned bit = 0; bit < length; ++bit)
          reversed |= ((code >> bit) & 1u) << (length - 1 - bit);
        const auto entry = static_cast<std::uint16_t>(16u * symbols_[index] + length);
        for (unsigned at = reversed; at < (1u << kFastBits); at += 1u << length) fast_[at] = entry;
      }
    }
  }

  std::array<std::uint16_t, kMaxBits + 1> count_{};
  std::array<std::uint16_t, 288> symbols_{};
  std::array<std::uint16_t, 1u << kFastBits> fast_{};
};

// Base and extra bits of length and distance symbols.
constexpr std::array<std::uint16_t, 29> kLengthBase{3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                    15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                    67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint8_t, 29> kLengthBits{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                   2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
unsigned distance_bits(unsigned symbol) { return symbol < 4 ? 0 : symbol / 2 - 1; }
unsigned distance_base(unsigned symbol) {
  return symbol < 4 ? symbol + 1 : ((2 + symbol % 2) << distance_bits(symbol)) + 1;
}

class Inflater {
 public:
  Inflater(std::span<const std::byte> stream, std::span<std::byte> out)
      : bits_(stream), out_(out) {}

  bool run() {
    bool last = false;
    while (!last) {
      last = bits_.take(1) != 0;
      const std::uint32_t kind = bits_.take(2);
      const bool sound = kind == 0 ? stored() : kind == 1 ? fixed() : kind == 2 ? dynamic() : false;
      if (!sound || bits_.overrun()) return false;
    }
    return at_ == out_.size();
  }

 private:
  bool stored() {
    bits_.to_byte();
    const std::uint32_t size = bits_.take(16);
    if (bits_.take(16) != (size ^ 0xffffu) || size > out_.size() - at_) return false;
    const auto bytes = bits_.bytes(size);
    if (bytes.size() != size) return false;
    if (size != 0) std::memcpy(out_.data() + at_, bytes.data(), size);
    at_ += size;
    return true;
  }

  bool fixed() {
    std::array<std::uint8_t, 288> lengths{};
    for (std::size_t i = 0; i < lengths.size(); ++i)
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    std::array<std::uint8_t, 32> distances{};
    distances.fill(5);
    return literals_.build(lengths) && distances_.build(distances) && block();
  }

  bool dynamic() {
    static constexpr std::array<std::uint8_t, 19> kOrder{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                         11, 4,  12, 3, 13, 2, 14, 1, 15};
    const std::size_t literals = bits_.take(5) + 257;
    const std::size_t distances = bits_.take(5) + 1;
    const std::size_t codes = bits_.take(4) + 4;
    std::array<std::uint8_t, 19> code_lengths{};
    for (std::size_t i = 0; i < codes; ++i)
      code_lengths[kOrder[i]] = static_cast<std::uint8_t>(bits_.take(3));
    if (literals > 286 || distances > 30 || !literals_.build(code_lengths)) return false;
    std::array<std::uint8_t, 320> lengths{};
    for (std::size_t i = 0; i < literals + distances;) {
      const int symbol = literals_.decode(bits_);
      if (symbol < 0 || bits_.overrun()) return false;
      if (symbol < 16) {
        lengths[i++] = static_cast<std::uint8_t>(symbol);
        continue;
      }
      if (symbol == 16 && i == 0) return false;
      const std::uint8_t length = symbol == 16 ? lengths[i - 1] : std::uint8_t{0};
      const std::size_t times = symbol == 16   ? 3 + bits_.take(2)
                                : symbol == 17 ? 3 + bits_.take(3)
                                               : 11 + bits_.take(7);
      if (times > literals + distances - i) return false;
      for (std::size_t k = 0; k < times; ++k) lengths[i++] = length;
    }
    const std::span<const std::uint8_t> all(lengths);
    return lengths[256] != 0 && literals_.build(all.first(literals)) &&
           distances_.build(all.subspan(literals, distances)) && block();
  }

  bool block() {
    while (true) {
      const int symbol = literals_.decode(bits_);
      if (symbol < 0 || bits_.overrun()) return false;
      if (symbol == 256) return true;
      if (symbol < 256) {
        if (at_ == out_.size()) return false;
        out_[at_++] = static_cast<std::byte>(symbol);
        continue;
      }
      if (!match(static_cast<unsigned>(symbol) - 257)) return false;
    }
  }

  bool match(unsigned symbol) {
    if (symbol >= kLengthBase.size()) return false;
    const std::size_t length = kLengthBase[symbol] + bits_.take(kLengthBits[symbol]);
    const int far = distances_.decode(bits_);
    if (far < 0 || far >= 30) return false;
    const std::size_t distance = distance_base(static_cast<unsigned>(far)) +
                                 bits_.take(distance_bits(static_cast<unsigned>(far)));
    if (distance > at_ || length > out_.size() - at_) return false;
    // Byte by byte: source and target overlap when a pattern repeats.
    for (std::size_t i = 0; i < length; ++i, ++at_) out_[at_] = out_[at_ - distance];
    return true;
  }

  Bits bits_;
  std::span<std::byte> out_;
  std::size_t at_ = 0;
  Code literals_;
  Code distances_;
};

}  // namespace

Result<Buffer> inflate(std::span<const std::byte> stream, std::uint64_t size) {
  const Error damaged{tare::Code::kInvalidModel, "compressed data are damaged", {}};
  if (size / kMaxRatio > stream.size() || size > SIZE_MAX / 2) return damaged;
  Buffer out = Buffer::allocate(static_cast<std::size_t>(size));
  if (!out) return Error{tare::Code::kBudgetExceeded, "out of memory", {}};
  if (!Inflater(stream, {out.mutable_data(), out.size()}).run()) return damaged;
  return out;
}

}  // namespace tare
