// Normalisations. Batch normalisation is a product and a sum with constants at inference: a pass
// folds them into the convolution or dense layer before it.
#include <algorithm>
#include <cmath>

#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

// The axes of a layer that takes one or a list, ascending.
std::vector<int> axes_of(KerasLayer& layer, std::string_view key, int rank,
                         std::int64_t otherwise) {
  std::vector<int> axes;
  const Json json = layer.config(key);
  if (json.is_array()) {
    ErrorSink sink;
    for (const std::int64_t axis : json.integers(sink, kMaxRank))
      axes.push_back(layer.axis(axis, rank));
    if (!sink.ok()) layer.fail(std::string(key) + ": " + sink.error().message);
  } else {
    axes.push_back(layer.axis(key, rank, otherwise));
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    layer.fail(std::string(key) + ": an axis twice");
  return axes;
}

// Batch normalisation's weights: of one axis [extent], of several (Keras 2) of the input's rank.
struct BatchStatistics {
  std::vector<int> axes;
  Shape stored, spread;  // as they are in the file; as they broadcast over the input
  std::int64_t channels = 1;
};

BatchStatistics read_statistics(KerasLayer& layer) {
  BatchStatistics s;
  const ValueId x = layer.input();
  s.axes = axes_of(layer, "axis", layer.rank(x), -1);
  for (int i = 0; layer.ok() && i < layer.rank(x); ++i) {
    const bool kept = std::find(s.axes.begin(), s.axes.end(), i) != s.axes.end();
    const std::int64_t extent = kept ? layer.extent(x, i) : 1;
    if (kept || s.axes.size() > 1) s.stored.push_back(extent);
    if (kept || s.spread.rank() > 0) s.spread.push_back(extent);
    layer.require(!__builtin_mul_overflow(s.channels, extent, &s.channels), "axis: too large");
  }
  return s;
}

// What Keras 2 does where a model calls the layer with training=True: the batch's own statistics.
void normalize_by_batch(KerasLayer& layer, const BatchStatistics& s, double epsilon) {
  Compose g(layer.builder());
  const ValueId x = layer.input();
  Compose::Axes others;
  for (int i = 0; i < layer.rank(x); ++i) {
    if (std::find(s.axes.begin(), s.axes.end(), i) == s.axes.end()) others.push_back(i);
  }
  const ValueId centred = g.sub(x, g.mean(x, others, true));
  const ValueId variance = g.mean(g.unary(UnaryKind::kSquare, centred), others, true);
  ValueId y = g.mul(centred, g.unary(UnaryKind::kRsqrt, g.add(variance, epsilon)));
  const auto weight = [&](std::string_view name, int index) {
    return layer.constant(std::string(name), [&] {
      return reshaped(layer.weight({name, index, s.stored}), s.spread);
    });
  };
  const bool scaled = layer.flag("scale", true);
  if (scaled) y = g.mul(y, weight("gamma", 0));
  if (layer.flag("center", true)) y = g.add(y, weight("beta", scaled ? 1 : 0));
  layer.output(y);
}

void read_batch_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  const BatchStatistics s = read_statistics(layer);
  const double epsilon = layer.number("epsilon", 1e-3);
  const bool scaled = layer.flag("scale", true);
  const bool centred = layer.flag("center", true);
  const int first = (scaled ? 1 : 0) + (centred ? 1 : 0);
  const auto numbers = [&](std::string_view name, int index) {
    return numbers_of(layer.weight({name, index, s.stored}));
  };
  std::vector<double> factor, offset;
  const auto fold = [&] {
    if (!factor.empty()) return;
    const auto variance = numbers("moving_variance", first + 1);
    const auto mean = numbers("moving_mean", first);
    factor.resize(static_cast<std::size_t>(s.channels), 1.0);
    offset.resize(static_cast<std::size_t>(s.channels), 0.0);
    if (!layer.ok()) return;
    const auto gamma = scaled ? numbers("gamma", 0) : factor;
    const auto beta = centred ? numbers("beta", scaled ? 1 : 0) : offset;
    if (!layer.ok()) return;
    for (std::size_t i = 0; i < factor.size(); ++i) {
      factor[i] = gamma[i] / std::sqrt(variance[i] + epsilon);
      offset[i] = beta[i] - mean[i] * factor[i];
    }
  };
  if (!layer.ok()) return;
  const KerasArgument& training = layer.call().named_argument("training");
  if (layer.generation() == 2 && training.plain.if_bool().value_or(false))
    return normalize_by_batch(layer, s, epsilon);
  // Half precision is left for the sum, as Keras does.
  const DType type = layer.compute_type();
  const DType wide = type == DType::kFloat64 ? type : DType::kFloat32;
  const auto constant = [&](const char* key, const std::vector<double>& values) {
    return layer.constant_of(key, wide, [&] {
      fold();
      return tensor_of(values, wide, s.spread);
    });
  };
  const ValueId scale = constant("scale", factor);
  const ValueId shift = constant("shift", offset);
  layer.output(g.cast(g.add(g.mul(g.cast(x, wide), scale), shift), type));
}

// Weights of the normalised axes, shaped to broadcast over the input.
ValueId weight_over(KerasLayer& layer, const KerasWeight& weight, const std::vector<int>& axes,
                    DType type) {
  const ValueId x = layer.input();
  Shape stored, spread;
  for (int i = axes.front(); i < layer.rank(x); ++i) {
    const bool normalised = std::find(axes.begin(), axes.end(), i) != axes.end();
    spread.push_back(normalised ? layer.extent(x, i) : 1);
    if (normalised) stored.push_back(layer.extent(x, i));
  }
  KerasWeight wanted = weight;
  wanted.shape = stored;
  return layer.constant_of(std::string(weight.name), type,
                           [&] { return reshaped(layer.weight(wanted), spread); });
}

// (x - mean) / sqrt(variance + epsilon) over the axes; mean and variance keep them.
ValueId standardise(Compose& g, ValueId x, const std::vector<int>& axes, double epsilon) {
  const ValueId centred = g.sub(x, g.mean(x, axes, true));
  const ValueId variance = g.mean(g.square(centred), axes, true);
  return g.mul(centred, g.unary(UnaryKind::kRsqrt, g.add(variance, epsilon)));
}

DType wide_type(DType type) { return type == DType::kFloat64 ? type : DType::kFloat32; }

void read_layer_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const DType type = wide_type(layer.compute_type());
  const auto axes = axes_of(layer, "axis", layer.rank(layer.input()), -1);
  if (!layer.ok()) return;
  const double epsilon = layer.number("epsilon", 1e-3);
  const ValueId x = g.cast(layer.input(), type);
  const bool rms = layer.flag("rms_scaling", false);
  const bool scaled = layer.flag("scale", true) || rms;
  ValueId y = ValueId::kNone;
  if (rms) {
    const ValueId centred = g.sub(x, g.mean(x, axes, true));
    y = g.mul(x, g.unary(UnaryKind::kRsqrt, g.add(g.mean(g.square(centred), axes, true), epsilon)));
  } else {
    y = standardise(g, x, axes, epsilon);
  }
  if (scaled) y = g.mul(y, weight_over(layer, {"gamma", 0}, axes, type));
  if (layer.flag("center", true) && !rms)
    y = g.add(y, weight_over(layer, {"beta", scaled ? 1 : 0}, axes, type));
  layer.output(g.cast(y, layer.compute_type()));
}

void read_rms_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const DType type = wide_type(layer.compute_type());
  const auto axes = axes_of(layer, "axis", layer.rank(layer.input()), -1);
  if (!layer.ok()) return;
  const ValueId x = g.cast(layer.input(), type);
  const ValueId power = g.add(g.mean(g.square(x), axes, true), layer.number("epsilon", 1e-6));
  const ValueId y = g.mul(x, g.unary(UnaryKind::kRsqrt, power));
  layer.output(
      g.cast(g.mul(y, weight_over(layer, {"scale", 0}, axes, type)), layer.compute_type()));
}

// x / |x|, with |x|^2 at least 1e-12.
void read_unit_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  const auto axes = axes_of(layer, "axis", layer.rank(x), -1);
  if (!layer.ok()) return;
  const ValueId square = g.maximum(g.sum(g.square(x), axes, true), 1e-12);
  layer.output(g.mul(x, g.unary(UnaryKind::kRsqrt, square)));
}

// Standardises groups of channels, each with all places.
void read_group_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const DType type = wide_type(layer.compute_type());
  const int rank = layer.rank(layer.input());
  const std::vector<int> stated_axes = axes_of(layer, "axis", rank, -1);
  if (!layer.require(stated_axes.size() == 1, "axis: expected one")) return;
  const int axis = stated_axes[0];
  const std::int64_t channels = layer.extent(layer.input(), axis);
  const std::int64_t stated = layer.integer("groups", 32);
  const std::int64_t groups = stated == -1 ? channels : stated;
  if (!layer.ok() || !layer.require(axis != 0 && groups >= 1 && channels % groups == 0,
                                    "groups do not divide the channels"))
    return;
  const ValueId x = g.cast(layer.input(), type);
  std::vector<Extent> whole = g.extents(x);
  std::vector<Extent> grouped = whole;
  grouped[static_cast<std::size_t>(axis)] = channels / groups;
  grouped.insert(grouped.begin() + axis, groups);
  std::vector<int> axes;
  for (int i = 1; i < rank + 1; ++i) {
    if (i != axis) axes.push_back(i);
  }
  ValueId y =
      g.reshape(standardise(g, g.reshape(x, grouped), axes, layer.number("epsilon", 1e-3)), whole);
  const bool scaled = layer.flag("scale", true);
  if (scaled) y = g.mul(y, weight_over(layer, {"gamma", 0}, {axis}, type));
  if (layer.flag("center", true))
    y = g.add(y, weight_over(layer, {"beta", scaled ? 1 : 0}, {axis}, type));
  layer.output(g.cast(y, layer.compute_type()));
}

}  // namespace

extern const ReadKerasFacet read_keras_layer_normalization{"LayerNormalization",
                                                           read_layer_normalization};
extern const ReadKerasFacet read_keras_rms_normalization{"RMSNormalization",
                                                         read_rms_normalization};
extern const ReadKerasFacet read_keras_unit_normalization{"UnitNormalization",
                                                          read_unit_normalization};
extern const ReadKerasFacet read_keras_group_normalization{"GroupNormalization",
                                                           read_group_normalization};
extern const ReadKerasFacet read_keras_batch_normalization{"BatchNormalization",
                                                           read_batch_normalization};

}  // namespace tare
