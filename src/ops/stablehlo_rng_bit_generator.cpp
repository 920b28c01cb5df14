// STABLEHLO_RNG_BIT_GENERATOR. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", 2011, for both generators; how state becomes key and counter is TFLite's.
#include "ops/stablehlo_rng_bit_generator.h"

#include <array>
#include <cstring>

#include "ir/facets.h"
#include "ops/common/philox.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Word = std::uint32_t;

void infer(const StablehloRngBitGenerator& op, InferContext& c) {
  const Shape& state = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kUint64, "the state must be uint64")) return;
  if (!c.require(!state.known() ||
                     (state.rank() == 1 && (state[0] == 2 || (state[0] == 3 && !op.threefry))),
                 "the state must have 2 (Philox: or 3) entries"))
    return;
  const bool fits = op.dtype == DType::kInt32 || op.dtype == DType::kUint32 ||
                    op.dtype == DType::kInt64 || op.dtype == DType::kUint64;
  if (!c.require(fits, "bits must be 32 or 64 wide")) return;
  c.output(0, DType::kUint64, state);
  c.output(1, op.dtype, op.shape);
}

std::array<Word, 4> threefry(Word x0, Word x1, Word k0, Word k1) {
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const Word keys[3] = {k0, k1, k0 ^ k1 ^ 0x1BD11BDA};
  x0 += keys[0];
  x1 += keys[1];
  for (Word group = 0; group < 5; ++group) {
    for (const int r : kRotations[group % 2]) {
      x0 += x1;
      x1 = ((x1 << r) | (x1 >> (32 - r))) ^ x0;
    }
    x0 += keys[(group + 1) % 3];
    x1 += keys[(group + 2) % 3] + group + 1;
  }
  return {x0, x1, 0, 0};
}

void eval(const StablehloRngBitGenerator& op, EvalContext& c) {
  const auto state = c.input(0).as<std::uint64_t>();
  const std::uint64_t key = state[0], high = state.size() > 2 ? state[2] : key;
  std::uint64_t counter = state[1];
  const auto lo = [](std::uint64_t v) { return static_cast<Word>(v); };
  const auto hi = [](std::uint64_t v) { return static_cast<Word>(v >> 32); };
  auto words = c.output(1).as<Word>();
  const std::size_t block = op.threefry ? 2 : 4;
  for (std::size_t i = 0; i < words.size(); i += block, ++counter) {
    const auto bits =
        op.threefry ? threefry(lo(counter), hi(counter), lo(key), hi(key))
                    : philox({lo(counter), hi(counter), lo(high), hi(high)}, {lo(key), hi(key)});
    std::memcpy(words.data() + i, bits.data(), std::min(block, words.size() - i) * sizeof(Word));
  }
  auto next = c.output(0).as<std::uint64_t>();
  std::copy(state.begin(), state.end(), next.begin());
  next[1] = counter;
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1, 2)) return;
  const auto algorithm = n.options<tflite::StablehloRngBitGeneratorOptions>().algorithm();
  if (!n.require(
          algorithm >= tflite::RngAlgorithm_DEFAULT && algorithm <= tflite::RngAlgorithm_THREEFRY,
          "algorithm: unknown"))
    return;
  n.emit(StablehloRngBitGenerator{.threefry = algorithm == tflite::RngAlgorithm_THREEFRY,
                                  .dtype = n.output_type(1).dtype,
                                  .shape = n.output_type(1).shape});
}

void write_tflite(const StablehloRngBitGenerator& op, TfliteWriter& w) {
  const auto algorithm = op.threefry ? tflite::RngAlgorithm_THREEFRY : tflite::RngAlgorithm_PHILOX;
  w.builtin(tflite::BuiltinOperator_STABLEHLO_RNG_BIT_GENERATOR,
            tflite::CreateStablehloRngBitGeneratorOptions(w.fbb(), algorithm));
}

}  // namespace

const OpDef StablehloRngBitGenerator::kOp =
    define_op<StablehloRngBitGenerator, infer>("stablehlo_rng_bit_generator");
extern const EvalFacet eval_stablehlo_rng_bit_generator =
    eval_facet<StablehloRngBitGenerator, eval>();
extern const ReadTfliteFacet read_tflite_stablehlo_rng_bit_generator{
    tflite::BuiltinOperator_STABLEHLO_RNG_BIT_GENERATOR, read_tflite};
extern const WriteTfliteFacet write_tflite_stablehlo_rng_bit_generator =
    write_tflite_facet<StablehloRngBitGenerator, write_tflite>();

}  // namespace tare
