// One way of mixing for each length: up to 16, 32 and 64 bytes, and blocks of 64 beyond. Source:
// FarmHash (the "na" family), whose constants these are.
#include "ops/common/fingerprint.h"

#include <bit>
#include <cstring>

namespace tare {
namespace {

using U64 = std::uint64_t;

constexpr U64 kA = 0xc3a5c85c97cb3127u;
constexpr U64 kB = 0xb492b66fbe98f273u;
constexpr U64 kC = 0x9ae16a3b2f90404fu;

struct Pair {
  U64 first = 0;
  U64 second = 0;
};

// Little-endian words, as on every machine this runs on.
template <class Word>
U64 word(const std::byte* p) {
  Word w;
  std::memcpy(&w, p, sizeof w);
  return w;
}
U64 at(const std::byte* p) { return word<U64>(p); }
U64 turn(U64 v, int by) { return std::rotr(v, by); }
U64 fold(U64 v) { return v ^ (v >> 47); }

U64 mix(U64 u, U64 v, U64 factor) { return fold((v ^ fold((u ^ v) * factor)) * factor) * factor; }

U64 of_few(const std::byte* s, std::size_t n) {
  const U64 factor = kC + n * 2;
  if (n >= 8) {
    const U64 first = at(s) + kC, last = at(s + n - 8);
    return mix(turn(last, 37) * factor + first, (turn(first, 25) + last) * factor, factor);
  }
  if (n >= 4) return mix(n + (word<std::uint32_t>(s) << 3), word<std::uint32_t>(s + n - 4), factor);
  if (n == 0) return kC;
  const U64 low = std::to_integer<U64>(s[0]) + (std::to_integer<U64>(s[n >> 1]) << 8);
  const U64 high = n + (std::to_integer<U64>(s[n - 1]) << 2);
  return fold(low * kC ^ high * kA) * kC;
}

// What lengths of 17 to 32 are, and how those up to 64 begin.
struct Ends {
  U64 a, sum, other;
  Ends(const std::byte* s, std::size_t n, U64 first_factor, U64 factor) {
    a = at(s) * first_factor;
    const U64 b = at(s + 8), c = at(s + n - 8) * factor, d = at(s + n - 16) * kC;
    sum = turn(a + b, 43) + turn(c, 30) + d;
    other = a + turn(b + kC, 18) + c;
  }
};

U64 of_some(const std::byte* s, std::size_t n) {
  const U64 factor = kC + n * 2;
  const Ends ends(s, n, kB, factor);
  return mix(ends.sum, ends.other, factor);
}

U64 of_more(const std::byte* s, std::size_t n) {
  const U64 factor = kC + n * 2;
  const Ends ends(s, n, kC, factor);
  const U64 z = mix(ends.sum, ends.other, factor);
  const U64 e = at(s + 16) * factor, f = at(s + 24);
  const U64 g = (ends.sum + at(s + n - 32)) * factor, h = (z + at(s + n - 24)) * factor;
  return mix(turn(e + f, 43) + turn(g, 30) + h, e + turn(f + ends.a, 18) + g, factor);
}

// 32 bytes into two words.
Pair weak(const std::byte* s, U64 a, U64 b) {
  const U64 z = at(s + 24);
  a += at(s);
  b = turn(b + a + z, 21);
  const U64 c = a;
  a += at(s + 8) + at(s + 16);
  b += turn(a, 44);
  return {a + z, b + c};
}

struct State {
  U64 x, y, z;
  Pair v, w;

  // One block of 64; `weight` is 1 but for the last.
  void take(const std::byte* s, U64 factor, U64 weight) {
    x = turn(x + y + v.first + at(s + 8), 37) * factor;
    y = turn(y + v.second + at(s + 48), 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + at(s + 40);
    z = turn(z + w.first, 33) * factor;
    v = weak(s, v.second * factor, x + w.first);
    w = weak(s + 32, z + w.second, y + at(s + 16));
    const U64 old = z;
    z = x;
    x = old;
  }
};

U64 of_many(const std::byte* s, std::size_t n) {
  constexpr U64 kSeed = 81;
  State state{};
  state.y = kSeed * kB + 113;
  state.z = fold(state.y * kC + 113) * kC;
  state.x = kSeed * kC + at(s);
  const std::size_t blocks = (n - 1) / 64;
  for (std::size_t i = 0; i < blocks; ++i) state.take(s + i * 64, kB, 1);
  const U64 factor = kB + ((state.z & 0xff) << 1);
  state.w.first += (n - 1) & 63;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.take(s + n - 64, factor, 9);
  return mix(mix(state.v.first, state.w.first, factor) + fold(state.y) * kA + state.z,
             mix(state.v.second, state.w.second, factor) + state.x, factor);
}

}  // namespace

std::uint64_t fingerprint(std::span<const std::byte> bytes) {
  const std::byte* s = bytes.data();
  const std::size_t n = bytes.size();
  if (n <= 16) return of_few(s, n);
  if (n <= 32) return of_some(s, n);
  return n <= 64 ? of_more(s, n) : of_many(s, n);
}

}  // namespace tare
