// Attention and AdditiveAttention: one head, without projections.
#include "formats/keras/layers/attention_mask.h"
#include "ir/facets.h"
#include "ops/compose.h"

namespace tare {

ValueId causal_mask(Compose& g, ValueId scores) {
  const int rank = g.rank(scores);
  const ValueId rows = g.expand_dims(g.range(g.extent(scores, rank - 2)), 1);
  const ValueId columns = g.expand_dims(g.range(g.extent(scores, rank - 1)), 0);
  return g.binary(BinaryKind::kGreaterEqual, rows, columns);
}

ValueId both_masks(Compose& g, ValueId a, ValueId b) {
  if (a == ValueId::kNone) return b;
  return b == ValueId::kNone ? a : g.logical_and(a, b);
}

ValueId masked_scores(Compose& g, ValueId scores, ValueId mask) {
  if (mask == ValueId::kNone) return scores;
  const double large = g.dtype(scores) == DType::kFloat16 ? 65504.0 : 1e9;
  const ValueId away = g.cast(g.logical_not(g.cast(mask, DType::kBool)), g.dtype(scores));
  // Half floats would overflow to infinity, which is as far away, but rows of it have no softmax.
  return g.dtype(scores) == DType::kFloat16 ? g.maximum(g.sub(scores, g.mul(away, large)), -large)
                                            : g.sub(scores, g.mul(away, large));
}

namespace {

// sum(tanh(q + k)) over features, weighted or scaled.
ValueId added_scores(Compose& g, ValueId query, ValueId key, ValueId inner, ValueId outer) {
  ValueId sum = g.add(g.expand_dims(query, 2), g.expand_dims(key, 1));
  if (inner != ValueId::kNone) sum = g.mul(inner, sum);
  sum = g.unary(UnaryKind::kTanh, sum);
  if (outer != ValueId::kNone) sum = g.mul(outer, sum);
  return g.sum(sum, {-1});
}

ValueId scores_of(KerasLayer& layer, Compose& g, ValueId query, ValueId key) {
  if (layer.class_name() == "AdditiveAttention") {
    const bool scaled = layer.flag("use_scale", true);
    const ValueId scale =
        scaled ? layer.weight_value({"scale", 0, {layer.extent(query, 2)}}) : ValueId::kNone;
    return added_scores(g, query, key, ValueId::kNone, scale);
  }
  const bool scaled = layer.flag("use_scale", false);
  const ValueId scale = scaled ? layer.weight_value({"scale", 0, {}}) : ValueId::kNone;
  const Json written = layer.config("score_mode");
  // Keras 3 writes the mode as a string; files by way of .h5 may hold it as a function's name.
  const std::string_view mode = written.is_object() ? written.at("config").if_string().value_or("")
                                                    : layer.text("score_mode", "dot");
  if (mode == "concat") {
    const ValueId weight = layer.weight_value({"concat_score_weight", scaled ? 1 : 0, {}});
    return g.mul(weight, added_scores(g, query, key, scale, ValueId::kNone));
  }
  if (mode != "dot")
    layer.fail("score_mode: expected dot or concat, got '" + std::string(mode) + "'");
  const ValueId scores = g.matmul(query, key, false, true);
  return scaled ? g.mul(scores, scale) : scores;
}

void read_attention(KerasLayer& layer) {
  if (!layer.expect(2, 3)) return;
  for (int i = 0; i < layer.inputs(); ++i) {
    if (!layer.expect_rank(layer.input(i), 3)) return;
  }
  Compose g(layer.builder());
  const ValueId query = layer.input(0), value = layer.input(1);
  const ValueId key = layer.inputs() > 2 ? layer.input(2) : value;
  ValueId scores = scores_of(layer, g, query, key);
  ValueId mask = layer.mask(1) == ValueId::kNone ? ValueId::kNone : g.expand_dims(layer.mask(1), 1);
  const KerasArgument& causal = layer.argument(SIZE_MAX, "use_causal_mask");
  if (causal.plain.if_bool() == true || layer.flag("causal", false))
    mask = both_masks(g, mask, causal_mask(g, scores));
  const ValueId weights = g.softmax(masked_scores(g, scores, mask));
  ValueId result = g.matmul(weights, value);
  const ValueId query_mask = layer.mask(0);
  if (query_mask != ValueId::kNone)
    result = g.mul(result, g.cast(g.expand_dims(query_mask, 2), g.dtype(result)));
  layer.output(result, query_mask);
  if (layer.argument(SIZE_MAX, "return_attention_scores").plain.if_bool() == true)
    layer.output(weights, ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_attention{"Attention", read_attention};
extern const ReadKerasFacet read_keras_additive_attention{"AdditiveAttention", read_attention};

}  // namespace tare
