// Uniform numbers are made by filling the mantissa of a number in [1, 2).
#include "ops/common/philox.h"

#include <bit>

namespace tare {
namespace {

using Word = std::uint32_t;

Word low(std::uint64_t v) { return static_cast<Word>(v); }
Word high(std::uint64_t v) { return static_cast<Word>(v >> 32); }

struct RandomState : Object {
  static constexpr char kKind{};
  RandomState(PhiloxStream stream, Shape shape) : Object(&kKind), stream(stream), shape(shape) {}
  PhiloxStream stream;
  Shape shape;
};

}  // namespace

std::array<Word, 4> philox(std::array<Word, 4> x, std::array<Word, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * x[0], b = std::uint64_t{0xCD9E8D57} * x[2];
    x = {high(b) ^ x[1] ^ key[0], low(b), high(a) ^ x[3] ^ key[1], low(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return x;
}

PhiloxStream::PhiloxStream(std::uint64_t seed, std::uint64_t seed2)
    : key_{low(seed), high(seed)}, high_(seed2) {}

std::array<Word, 4> PhiloxStream::next() {
  const auto block = philox({low(low_), high(low_), low(high_), high(high_)}, key_);
  skip(1);
  return block;
}

void PhiloxStream::skip(std::uint64_t blocks) {
  low_ += blocks;
  if (low_ < blocks) ++high_;
}

PhiloxStream* random_stream(EvalContext& c, const Seeds& seeds) {
  ObjectPtr* slot = c.node_state();
  if (slot == nullptr) {
    c.fail("random numbers cannot be drawn here", Code::kInternal);
    return nullptr;
  }
  auto* state = object_as<RandomState>(*slot);
  if (state != nullptr && state->shape == c.input(0).shape) return &state->stream;
  const bool given = seeds.seed != 0 || seeds.seed2 != 0;
  // The host's seed is the same for all nodes; their names keep their streams apart.
  std::uint64_t name = 0xCBF29CE484222325u;
  for (const char ch : c.node().name)
    name = (name ^ static_cast<unsigned char>(ch)) * 0x100000001B3u;
  const PhiloxStream stream = given ? PhiloxStream(static_cast<std::uint64_t>(seeds.seed),
                                                   static_cast<std::uint64_t>(seeds.seed2))
                                    : PhiloxStream(c.seed(), name);
  auto fresh = std::make_shared<RandomState>(stream, c.input(0).shape);
  PhiloxStream* result = &fresh->stream;
  *slot = std::move(fresh);
  return result;
}

float uniform_float(std::uint32_t bits) {
  return std::bit_cast<float>(0x3F800000u | (bits & 0x7FFFFFu)) - 1.0f;
}

double uniform_double(std::uint32_t high, std::uint32_t low) {
  return std::bit_cast<double>((std::uint64_t{1023} << 52) |
                               (std::uint64_t{high & 0xFFFFFu} << 32) | low) -
         1.0;
}

}  // namespace tare
