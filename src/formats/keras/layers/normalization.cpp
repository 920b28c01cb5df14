// Normalisations. Batch normalisation is a product and a sum with constants at inference: a pass folds them into the
// convolution or dense layer before it.
#include <cmath>

#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

// The single axis of a layer that Keras 2 writes as a list of one.
int single_axis(KerasLayer& layer, int rank) {
  const Json axis = layer.config("axis");
  if (axis.is_array() && axis.size() == 1) {
    if (const auto at = axis.at(0).if_integer()) return layer.axis(*at, rank);
  }
  return layer.axis("axis", rank, -1);
}

// A shape for [extent] constants that vary along one axis; the trailing form needs no ones in front.
Shape along(int axis, int rank, std::int64_t extent) {
  Shape shape{extent};
  for (int i = axis + 1; i < rank; ++i) shape.push_back(1);
  return shape;
}

void read_batch_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  const int rank = layer.rank(x);
  const int axis = single_axis(layer, rank);
  const std::int64_t channels = layer.extent(x, axis);
  const double epsilon = layer.number("epsilon", 1e-3);
  const bool scaled = layer.flag("scale", true);
  const bool centred = layer.flag("center", true);
  const int first = (scaled ? 1 : 0) + (centred ? 1 : 0);
  const auto numbers = [&](std::string_view name, int index) {
    return numbers_of(layer.weight({name, index, {channels}}));
  };
  std::vector<double> factor, offset;
  const auto fold = [&] {
    if (!factor.empty()) return;
    const auto variance = numbers("moving_variance", first + 1);
    const auto mean = numbers("moving_mean", first);
    factor.resize(static_cast<std::size_t>(channels), 1.0);
    offset.resize(static_cast<std::size_t>(channels), 0.0);
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
  // Half precision is left for the sum, as Keras does.
  const DType type = layer.compute_type();
  const DType wide = type == DType::kFloat64 ? type : DType::kFloat32;
  const auto constant = [&](const char* key, const std::vector<double>& values) {
    return layer.constant_of(key, wide, [&] {
      fold();
      return tensor_of(values, wide, along(axis, rank, channels));
    });
  };
  const ValueId scale = constant("scale", factor);
  const ValueId shift = constant("shift", offset);
  layer.output(g.cast(g.add(g.mul(g.cast(x, wide), scale), shift), type));
}

}  // namespace

extern const ReadKerasFacet read_keras_batch_normalization{"BatchNormalization", read_batch_normalization};

}  // namespace tare
