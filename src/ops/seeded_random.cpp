// TruncatedNormal, RandomUniformInt, and the readers of all of TensorFlow's seeded random ops.
#include "ops/truncated_normal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/wanted_shape.h"
#include "ops/compose.h"
#include "ops/random.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void infer(const TruncatedNormal&, InferContext& c) {
  c.output(0, DType::kFloat32, wanted_shape(c, 0));
}

void eval(const TruncatedNormal& op, EvalContext& c) {
  PhiloxStream* stream = random_stream(c, op.seeds);
  if (stream == nullptr) return;
  const auto out = c.output(0).as<float>();
  for (std::size_t i = 0; i < out.size();) {
    const auto bits = stream->next();
    for (std::size_t k = 0; k < 4; k += 2) {
      const float u = std::max(uniform_float(bits[k]), 1.0e-7f);
      const float angle = 2.0f * std::numbers::pi_v<float> * uniform_float(bits[k + 1]);
      const float radius = std::sqrt(-2.0f * std::log(u));
      for (const float v : {std::sin(angle) * radius, std::cos(angle) * radius}) {
        if (std::fabs(v) < 2.0f && i < out.size()) out[i++] = v;
      }
    }
  }
}

void infer_int(const RandomUniformInt&, InferContext& c) {
  if (!c.require(
          c.dtype(1) == c.dtype(2) && (c.dtype(1) == DType::kInt32 || c.dtype(1) == DType::kInt64),
          "min and max must be int32 or int64"))
    return;
  for (int i = 1; i < 3; ++i) {
    if (c.shape(i).known() && !c.require(c.shape(i).elements() == 1, "min and max must be scalars"))
      return;
  }
  c.output(0, c.dtype(1), wanted_shape(c, 0));
}

void eval_int(const RandomUniformInt& op, EvalContext& c) {
  const std::int64_t min = integer_at(c.input(1), 0), max = integer_at(c.input(2), 0);
  if (!c.require(min < max, "min must be less than max")) return;
  PhiloxStream* stream = random_stream(c, op.seeds);
  if (stream == nullptr) return;
  const auto range = static_cast<std::uint64_t>(max) - static_cast<std::uint64_t>(min);
  Tensor& out = c.output(0);
  const StoreInt store = store_int(out.dtype);
  const bool wide = out.dtype == DType::kInt64;
  const std::int64_t count = out.elements();
  for (std::int64_t i = 0; i < count;) {
    const auto bits = stream->next();
    for (std::size_t k = 0; k < 4 && i < count; k += wide ? 2 : 1) {
      const std::uint64_t drawn =
          wide ? bits[k] | static_cast<std::uint64_t>(bits[k + 1]) << 32 : bits[k];
      store(out.data, i++,
            static_cast<std::int64_t>(static_cast<std::uint64_t>(min) + drawn % range));
    }
  }
}

Seeds seeds_of(TfNode& n) { return {.seed = n.integer("seed", 0), .seed2 = n.integer("seed2", 0)}; }

// The ops draw float32; other floats are made of it.
template <RandomKind kind>
void read_random(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  n.output(0, g.cast(n.emit(Random{kind, seeds_of(n)}, {n.input(0)}),
                     n.dtype("dtype", DType::kFloat32)));
}

void read_truncated(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  n.output(0, g.cast(n.emit(TruncatedNormal{seeds_of(n)}, {n.input(0)}),
                     n.dtype("dtype", DType::kFloat32)));
}

void read_int(TfNode& n) {
  if (n.expect(3)) n.become(RandomUniformInt{seeds_of(n)});
}

void read_multinomial(TfNode& n) {
  if (n.expect(2))
    n.become(Multinomial{.seeds = seeds_of(n), .dtype = n.dtype("output_dtype", DType::kInt64)});
}

}  // namespace

const OpDef TruncatedNormal::kOp =
    define_op<TruncatedNormal, infer>("truncated_normal", kRandom | kStateful);
const OpDef RandomUniformInt::kOp =
    define_op<RandomUniformInt, infer_int>("random_uniform_int", kRandom | kStateful);
extern const EvalFacet eval_truncated_normal = eval_facet<TruncatedNormal, eval>();
extern const EvalFacet eval_random_uniform_int = eval_facet<RandomUniformInt, eval_int>();
extern const ReadTfFacet read_tf_multinomial{"Multinomial", read_multinomial};
extern const ReadTfFacet read_tf_random_standard_normal{"RandomStandardNormal",
                                                        read_random<RandomKind::kStandardNormal>};
extern const ReadTfFacet read_tf_random_uniform{"RandomUniform", read_random<RandomKind::kUniform>};
extern const ReadTfFacet read_tf_random_uniform_int{"RandomUniformInt", read_int};
extern const ReadTfFacet read_tf_truncated_normal{"TruncatedNormal", read_truncated};

}  // namespace tare
