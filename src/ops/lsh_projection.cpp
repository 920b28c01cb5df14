// LSH_PROJECTION. An item is hashed with its seed's bytes before it.
#include "ops/lsh_projection.h"

#include <cstring>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/fingerprint.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

constexpr Dim kMaxBits = 32;

void infer(const LshProjection& op, InferContext& c) {
  const Shape& seeds = c.shape(0);
  const Shape& items = c.shape(1);
  if (!c.require(c.dtype(0) == DType::kFloat32 && is_numeric(c.dtype(1)),
                 "seeds must be float32, items numbers"))
    return;
  if (!c.require(!seeds.ranked() || seeds.rank() == 2,
                 "seeds: expected 2 dimensions, got " + seeds.text()))
    return;
  if (!c.require(!items.ranked() || (items.rank() >= 1 && items[0] != 0), "there must be items"))
    return;
  if (c.has(2)) {
    const Shape& weights = c.shape(2);
    if (!c.require(c.dtype(2) == DType::kFloat32 && (!weights.ranked() || weights.rank() == 1),
                   "weights must be a float32 vector"))
      return;
    if (weights.ranked() && items.ranked() &&
        !c.require(!is_known(weights[0]) || !is_known(items[0]) || weights[0] == items[0],
                   "as many weights as items are needed"))
      return;
  }
  if (!seeds.ranked()) return c.output(0, DType::kInt32, {kUnknownDim});
  if (!c.require(seeds[1] <= kMaxBits, "more than 32 bits: " + seeds.text())) return;
  const bool known = is_known(seeds[0]) && is_known(seeds[1]);
  if (!op.dense) return c.output(0, DType::kInt32, {seeds[0]});
  c.output(0, DType::kInt32,
           {known ? checked_mul(seeds[0], seeds[1]).value_or(kUnknownDim) : kUnknownDim});
}

Cost cost(const LshProjection&, const NodeTypes& t) {
  const auto seeds = t.inputs[0].shape.checked_elements().value_or(0),
             items = t.inputs[1].shape.checked_elements().value_or(0);
  const std::int64_t macs = checked_mul(seeds, items).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

void eval(const LshProjection& op, EvalContext& c) {
  const Tensor& seeds = c.input(0);
  const Tensor& items = c.input(1);
  const std::int64_t count = items.shape[0], bits = seeds.shape[1];
  const std::size_t width = items.size / static_cast<std::size_t>(count);
  const auto key = c.scratch<std::byte>(sizeof(float) + width);
  if (!c.ok()) return;
  const float* weights = c.has(2) ? c.input(2).as<float>().data() : nullptr;
  std::int32_t* out = c.output(0).as<std::int32_t>().data();
  for (std::int64_t h = 0; h < seeds.shape[0]; ++h) {
    std::uint32_t word = 0;
    for (std::int64_t b = 0; b < bits; ++b) {
      std::memcpy(key.data(), seeds.data + static_cast<std::size_t>(h * bits + b) * sizeof(float),
                  sizeof(float));
      double score = 0.0;
      for (std::int64_t i = 0; i < count; ++i) {
        if (width > 0)
          std::memcpy(key.data() + sizeof(float), items.data + static_cast<std::size_t>(i) * width,
                      width);
        const auto hash = static_cast<double>(static_cast<std::int64_t>(fingerprint(key)));
        score += weights ? static_cast<double>(weights[i]) * hash : hash;
      }
      if (op.dense)
        *out++ = score > 0;
      else
        word = (word << 1) | (score > 0 ? 1u : 0u);
    }
    // The hash's number stands above its bits; with 32 of them there is no room above.
    const std::uint32_t base = bits < 32 ? static_cast<std::uint32_t>(h) << bits : 0;
    if (!op.dense) *out++ = static_cast<std::int32_t>(word + base);
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 3)) return;
  const auto type = n.options<tflite::LSHProjectionOptions>().type();
  if (!n.require(
          type == tflite::LSHProjectionType_SPARSE || type == tflite::LSHProjectionType_DENSE,
          "type: expected SPARSE or DENSE, got " + std::to_string(static_cast<int>(type))))
    return;
  n.emit(LshProjection{.dense = type == tflite::LSHProjectionType_DENSE});
}

void write_tflite(const LshProjection& op, TfliteWriter& w) {
  const auto type = op.dense ? tflite::LSHProjectionType_DENSE : tflite::LSHProjectionType_SPARSE;
  w.builtin(tflite::BuiltinOperator_LSH_PROJECTION,
            tflite::CreateLSHProjectionOptions(w.fbb(), type));
}

}  // namespace

const OpDef LshProjection::kOp = define_op<LshProjection, infer, cost>("lsh_projection");
extern const EvalFacet eval_lsh_projection = eval_facet<LshProjection, eval>();
extern const ReadTfliteFacet read_tflite_lsh_projection{tflite::BuiltinOperator_LSH_PROJECTION,
                                                        read_tflite};
extern const WriteTfliteFacet write_tflite_lsh_projection =
    write_tflite_facet<LshProjection, write_tflite>();

}  // namespace tare
