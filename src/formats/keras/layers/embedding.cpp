// Embedding: rows of a table picked by integers; and the layer that also goes back from rows to
// scores.
#include "formats/keras/stored_kernel.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"

namespace tare {
namespace {

// int8 rows have a scale each, by which they were multiplied.
TensorValue read_table(KerasLayer& layer, std::int64_t rows, std::int64_t width) {
  if (layer.object().quantisation.empty()) {
    return read_stored_kernel(layer, {"embeddings", 0, {rows, width}}).values;
  }
  if (layer.object().quantisation.starts_with("int4")) return read_int4_table(layer, rows, width);
  if (layer.object().quantisation != "int8") {
    layer.unsupported("quantisation mode '" + layer.object().quantisation +
                      "' is not supported for this layer");
    return {};
  }
  TensorValue stored = layer.weight({"embeddings", 0, {rows, width}});
  const auto scales = numbers_of(layer.weight({"embeddings_scale", 1, {rows}}));
  if (!layer.ok()) return stored;
  auto values = numbers_of(stored);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] /= scales[i / static_cast<std::size_t>(width)];
  return tensor_of(values, DType::kFloat32, {rows, width});
}

void read_embedding(KerasLayer& layer) {
  const std::int64_t rows = layer.count("input_dim");
  const std::int64_t width = layer.count("output_dim");
  if (!layer.expect(1, 1)) return;
  const ValueId table =
      layer.constant("embeddings", [&] { return read_table(layer, rows, width); });
  if (!layer.ok()) return;
  Compose g(layer.builder());
  ValueId x = layer.input();
  if (g.dtype(x) != DType::kInt64) x = g.cast(x, DType::kInt32);
  const ValueId mask =
      layer.flag("mask_zero", false) ? g.binary(BinaryKind::kNotEqual, x, 0.0) : ValueId::kNone;
  layer.output(g.gather(table, x, 0), mask);
}

// Scores of each row: integers times integers, divided by the scales of both.
ValueId quantised_scores(KerasLayer& layer, const Shape& table, bool tied) {
  Compose g(layer.builder());
  const ValueId kernel = layer.constant_of("scores", DType::kFloat32, [&] {
    TensorValue stored = tied ? layer.weight({"embeddings", 0, table})
                              : layer.weight({"reverse_embeddings", 2, {table[1], table[0]}});
    if (!tied && layer.ok()) stored = transposed(stored, std::array{1, 0});
    return layer.ok() ? cast_numbers(std::move(stored), DType::kFloat32) : stored;
  });
  const ValueId scale = layer.constant_of("score_scales", DType::kFloat32, [&] {
    return layer.weight(
        {tied ? "embeddings_scale" : "reverse_embeddings_scale", tied ? 1 : 3, {table[0]}});
  });
  if (!layer.ok()) return kernel;
  const QuantisedInput input = quantise_input(layer, layer.input());
  return g.div(g.dense(input.steps, kernel, ValueId::kNone), g.mul(input.scale, scale));
}

void read_reversible_embedding(KerasLayer& layer) {
  const KerasArgument& reverse = layer.argument(1, "reverse");
  if (reverse.plain.if_bool() != true) return read_embedding(layer);
  const std::int64_t rows = layer.count("input_dim");
  const std::int64_t width = layer.count("output_dim");
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const bool tied = layer.flag("tie_weights", true);
  // The table is [rows, width] already as a dense layer's weights; a kernel of its own is [width,
  // rows].
  const auto plain_scores = [&] {
    const ValueId kernel = layer.constant(tied ? "embeddings" : "reverse_embeddings", [&] {
      if (tied) return read_table(layer, rows, width);
      const TensorValue own = layer.weight({"reverse_embeddings", 1, {width, rows}});
      return layer.ok() ? transposed(own, std::array{1, 0}) : own;
    });
    return layer.ok() ? g.dense(layer.input(), kernel, ValueId::kNone) : kernel;
  };
  ValueId y = layer.object().quantisation == "int8" ? quantised_scores(layer, {rows, width}, tied)
                                                    : plain_scores();
  if (!layer.ok()) return;
  if (const double cap = layer.number("logit_soft_cap", 0); cap != 0)
    y = g.mul(g.unary(UnaryKind::kTanh, g.div(y, cap)), cap);
  layer.output(y, ValueId::kNone);
}

// Steps in which every feature is the given value are masked, and set to zero.
void read_masking(KerasLayer& layer) {
  const double value = layer.number("mask_value", 0.0);
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  const ValueId kept = g.any(g.binary(BinaryKind::kNotEqual, x, value), {-1}, true);
  layer.output(g.mul(x, g.cast(kept, g.dtype(x))), g.squeeze(kept, -1));
}

}  // namespace

extern const ReadKerasFacet read_keras_embedding{"Embedding", read_embedding};
extern const ReadKerasFacet read_keras_reversible_embedding{"ReversibleEmbedding",
                                                            read_reversible_embedding};
extern const ReadKerasFacet read_keras_masking{"Masking", read_masking};

}  // namespace tare
