// Layers that are an activation with parameters.
#include "formats/keras/activations.h"

#include "formats/keras/layers/attention_mask.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/prelu.h"

namespace tare {
namespace {

void read_activation(KerasLayer& layer) {
  if (layer.expect(1, 1)) layer.output(layer.activate("activation", layer.input()));
}

// Keras 2 wrote scalars of layers as arrays at times: {"type": "ndarray", "value": 0.3}.
double slope(KerasLayer& layer, std::string_view key, double otherwise) {
  const Json json = layer.config(key);
  if (const auto value = json.at("value").if_number()) return *value;
  return layer.number(key, otherwise);
}

void read_leaky_relu(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const double alpha =
      slope(layer, layer.config("negative_slope").exists() ? "negative_slope" : "alpha", 0.3);
  Compose g(layer.builder());
  layer.output(g.unary(UnaryKind::kLeakyRelu, layer.input(), static_cast<float>(alpha)));
}

void read_elu(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  layer.output(
      g.unary(UnaryKind::kElu, layer.input(), static_cast<float>(slope(layer, "alpha", 1.0))));
}

// x above the threshold, negative_slope * (x - threshold) below it, cut at max_value.
void read_relu(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const double negative = slope(layer, "negative_slope", 0.0);
  const double threshold = slope(layer, "threshold", 0.0);
  const bool capped = !layer.config("max_value").is_null();
  const double cap = slope(layer, "max_value", 0.0);
  Compose g(layer.builder());
  const ValueId x = layer.input();
  ValueId y = ValueId::kNone;
  if (threshold != 0) {
    y = g.mul(x, g.cast(g.binary(BinaryKind::kGreater, x, threshold), g.dtype(x)));
  } else if (negative != 0 && !capped) {
    return layer.output(g.unary(UnaryKind::kLeakyRelu, x, static_cast<float>(negative)));
  } else if (capped && cap == 6) {
    y = g.unary(UnaryKind::kRelu6, x);
  } else {
    y = g.relu(x);
  }
  if (capped && !(threshold == 0 && cap == 6)) y = g.clip(y, 0, cap);
  if (negative != 0) y = g.sub(y, g.mul(g.relu(g.sub(threshold, x)), negative));
  layer.output(y);
}

void read_thresholded_relu(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  layer.output(
      g.mul(x, g.cast(g.binary(BinaryKind::kGreater, x, slope(layer, "theta", 1.0)), g.dtype(x))));
}

// alpha has the input's shape without the batch; shared axes have an extent of 1.
void read_prelu(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const ValueId x = layer.input();
  const int rank = layer.rank(x);
  std::vector<bool> shared(static_cast<std::size_t>(rank));
  const Json axes = layer.config("shared_axes");
  if (!axes.is_null()) {
    ErrorSink sink;
    for (const std::int64_t axis : axes.integers(sink, kMaxRank)) {
      const int at = layer.axis(axis, rank);
      if (layer.require(at >= 1, "shared_axes: the batch cannot be shared"))
        shared[static_cast<std::size_t>(at)] = true;
    }
    if (!sink.ok()) layer.fail("shared_axes: " + sink.error().message);
  }
  Shape shape;
  for (int i = 1; i < rank; ++i)
    shape.push_back(shared[static_cast<std::size_t>(i)] ? 1 : layer.extent(x, i));
  const ValueId alpha = layer.weight_value({"alpha", 0, shape});
  layer.output(layer.emit(Prelu{}, {x, alpha}));
}

// Over one axis or several, of which a mask may leave out elements.
void read_softmax(KerasLayer& layer) {
  if (!layer.expect(1, 2)) return;
  Compose g(layer.builder());
  ValueId x = layer.input();
  const int rank = layer.rank(x);
  Compose::Axes axes;
  const Json json = layer.config("axis");
  if (json.is_array()) {
    ErrorSink sink;
    for (const std::int64_t axis : json.integers(sink, kMaxRank))
      axes.push_back(layer.axis(axis, rank));
    if (!sink.ok()) layer.fail("axis: " + sink.error().message);
  } else {
    axes.push_back(layer.axis("axis", rank, -1));
  }
  if (!layer.ok()) return;
  const KerasArgument& given = layer.argument(1, "mask");
  const ValueId mask = given.is_tensor() ? given.tensor.value : ValueId::kNone;
  if (mask != ValueId::kNone) x = masked_scores(g, x, mask);
  if (axes.size() == 1) return layer.output(g.softmax(x, axes[0]));
  const ValueId e = g.unary(UnaryKind::kExp, g.sub(x, g.max(x, axes, true)));
  layer.output(g.div(e, g.sum(e, axes, true)));
}

}  // namespace

extern const ReadKerasFacet read_keras_prelu{"PReLU", read_prelu};
extern const ReadKerasFacet read_keras_softmax{"Softmax", read_softmax};
extern const ReadKerasFacet read_keras_activation{"Activation", read_activation};
extern const ReadKerasFacet read_keras_leaky_relu{"LeakyReLU", read_leaky_relu};
extern const ReadKerasFacet read_keras_elu{"ELU", read_elu};
extern const ReadKerasFacet read_keras_relu{"ReLU", read_relu};
extern const ReadKerasFacet read_keras_thresholded_relu{"ThresholdedReLU", read_thresholded_relu};

}  // namespace tare
