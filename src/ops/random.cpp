// RANDOM_UNIFORM, RANDOM_STANDARD_NORMAL: the streams of TensorFlow's ops of these seeds.
#include "ops/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ir/facets.h"
#include "ops/common/wanted_shape.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::string_view variant(const Random& op) {
  return op.kind == RandomKind::kUniform ? "random_uniform" : "random_standard_normal";
}

void infer(const Random&, InferContext& c) { c.output(0, DType::kFloat32, wanted_shape(c, 0)); }

// Box and Muller's two normal numbers of two uniform ones.
void normal_pair(std::uint32_t a, std::uint32_t b, float* out) {
  const float u = std::max(uniform_float(a), 1.0e-7f);
  const float angle = 2.0f * std::numbers::pi_v<float> * uniform_float(b);
  const float radius = std::sqrt(-2.0f * std::log(u));
  out[0] = std::sin(angle) * radius;
  out[1] = std::cos(angle) * radius;
}

void eval(const Random& op, EvalContext& c) {
  PhiloxStream* stream = random_stream(c, op.seeds);
  if (stream == nullptr) return;
  const auto out = c.output(0).as<float>();
  for (std::size_t i = 0; i < out.size(); i += 4) {
    const auto bits = stream->next();
    float block[4];
    if (op.kind == RandomKind::kUniform) {
      std::transform(bits.begin(), bits.end(), block, uniform_float);
    } else {
      normal_pair(bits[0], bits[1], block);
      normal_pair(bits[2], bits[3], block + 2);
    }
    std::copy_n(block, std::min<std::size_t>(4, out.size() - i),
                out.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

template <RandomKind kKind>
void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto& o = n.options<tflite::RandomOptions>();
  n.emit(Random{kKind, {.seed = o.seed(), .seed2 = o.seed2()}});
}

void write_tflite(const Random& op, TfliteWriter& w) {
  const auto code = op.kind == RandomKind::kUniform
                        ? tflite::BuiltinOperator_RANDOM_UNIFORM
                        : tflite::BuiltinOperator_RANDOM_STANDARD_NORMAL;
  w.builtin(code, tflite::CreateRandomOptions(w.fbb(), op.seeds.seed, op.seeds.seed2));
}

}  // namespace

const OpDef Random::kOp = define_op_table<Random, infer, variant>("random", kRandom | kStateful);
extern const EvalFacet eval_random = eval_facet<Random, eval>();
extern const WriteTfliteFacet write_tflite_random = write_tflite_facet<Random, write_tflite>();
extern const ReadTfliteFacet read_tflite_random_uniform{tflite::BuiltinOperator_RANDOM_UNIFORM,
                                                        read_tflite<RandomKind::kUniform>};
extern const ReadTfliteFacet read_tflite_random_standard_normal{
    tflite::BuiltinOperator_RANDOM_STANDARD_NORMAL, read_tflite<RandomKind::kStandardNormal>};

}  // namespace tare
