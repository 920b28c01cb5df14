// Rescaling, Normalization, and the LayerScale of keras.applications: numbers that the
// configuration or the weights hold.
#include <algorithm>
#include <cmath>

#include "formats/keras/json_tensor.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

void read_rescaling(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const DType type = layer.compute_type();
  const auto scale = json_tensor(layer.config("scale"), type);
  const auto offset = layer.config("offset").is_null() ? json_tensor(Json(), type)
                                                       : json_tensor(layer.config("offset"), type);
  if (!layer.require(scale.has_value() && (offset || layer.config("offset").is_null()),
                     "scale and offset must be numbers or lists of them"))
    return;
  ValueId y = g.mul(g.cast(layer.input(), type), g.constant(*scale));
  if (offset) y = g.add(y, g.constant(*offset));
  layer.output(y);
}

// Axes that keep statistics of their own, ascending.
std::vector<int> kept_axes(KerasLayer& layer, int rank) {
  std::vector<int> axes;
  const Json json = layer.config("axis");
  if (json.is_null()) return axes;
  ErrorSink sink;
  if (json.is_array()) {
    for (const std::int64_t a : json.integers(sink, kMaxRank)) axes.push_back(layer.axis(a, rank));
  } else {
    axes.push_back(layer.axis(json.integer(sink), rank));
  }
  if (!sink.ok()) layer.fail("axis: " + sink.error().message);
  std::sort(axes.begin(), axes.end());
  return axes;
}

// Given statistics stand for the kept axes from the last one backwards; one number for all.
std::optional<TensorValue> given(KerasLayer& layer, std::string_view key, const Shape& kept) {
  auto tensor = json_tensor(layer.config(key), DType::kFloat32);
  if (layer.config(key).is_null() ||
      !layer.require(tensor.has_value(), std::string(key) + ": expected numbers"))
    return std::nullopt;
  const Shape& shape = tensor->type.shape;
  std::vector<double> numbers = numbers_of(*tensor);
  const std::int64_t wanted = kept.checked_elements().value_or(-1);
  if (shape.rank() != 0 && static_cast<std::int64_t>(numbers.size()) != wanted &&
      numbers.size() != 1) {
    // Fewer dimensions than axes: repeated along the first ones.
    if (!layer.require(!numbers.empty() && wanted > 0 &&
                           wanted % static_cast<std::int64_t>(numbers.size()) == 0 &&
                           shape.rank() < kept.rank(),
                       std::string(key) + " does not fit the input"))
      return std::nullopt;
  }
  if (numbers.empty()) return std::nullopt;
  std::vector<double> all;
  for (std::int64_t i = 0; i < wanted; ++i)
    all.push_back(numbers[static_cast<std::size_t>(i) % numbers.size()]);
  return tensor_of(all, DType::kFloat32, kept);
}

void read_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  const int rank = layer.rank(x);
  const std::vector<int> axes = kept_axes(layer, rank);
  Shape kept, spread;
  for (const int a : axes) kept.push_back(layer.extent(x, a));
  for (int i = axes.empty() ? rank : axes.front(); i < rank; ++i) {
    spread.push_back(std::find(axes.begin(), axes.end(), i) != axes.end() ? layer.shape(x)[i] : 1);
  }
  if (!layer.ok() || !layer.require(kept.checked_elements().value_or(INT64_MAX) < (1 << 26),
                                    "too many statistics"))
    return;
  const auto statistic = [&](std::string_view key, int index) {
    auto tensor = given(layer, key, kept);
    if (!tensor && layer.config(key).is_null()) tensor = layer.weight({key, index, kept});
    return tensor ? reshaped(std::move(*tensor), spread)
                  : TensorValue::zeros(tensor_type(DType::kFloat32, spread));
  };
  const ValueId mean = layer.constant("mean", [&] { return statistic("mean", 0); });
  const ValueId deviation = layer.constant("deviation", [&] {
    const TensorValue variance = statistic("variance", 1);
    std::vector<double> numbers = numbers_of(variance);
    for (double& v : numbers) v = std::max(std::sqrt(v), 1e-7);
    return tensor_of(numbers, variance.type.dtype, variance.type.shape);
  });
  const ValueId in = g.cast(x, layer.compute_type());
  layer.output(layer.flag("invert", false) ? g.add(mean, g.mul(in, deviation))
                                           : g.div(g.sub(in, mean), deviation));
}

// Of ConvNeXt: one factor a channel, which Keras 3 leaves unnamed.
void read_layer_scale(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const std::int64_t channels = layer.integer("projection_dim", 0);
  if (!layer.require(channels > 0, "projection_dim must be positive")) return;
  const ValueId gamma = layer.weight_value({"gamma|variable", 0, {channels}});
  layer.output(g.mul(g.cast(layer.input(), layer.compute_type()), gamma));
}

}  // namespace

extern const ReadKerasFacet read_keras_layer_scale{"LayerScale", read_layer_scale};
extern const ReadKerasFacet read_keras_rescaling{"Rescaling", read_rescaling};
extern const ReadKerasFacet read_keras_normalization{"Normalization", read_normalization};

}  // namespace tare
