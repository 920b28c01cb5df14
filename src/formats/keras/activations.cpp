// Activations by name. They are those of both generations; where the two differ, the layer's
// generation decides.
#include "formats/keras/activations.h"

#include "ops/compose.h"

namespace tare {
namespace {

using Apply = ValueId (*)(Compose& g, ValueId x, const KerasLayer& layer);

template <UnaryKind kKind>
ValueId plain(Compose& g, ValueId x, const KerasLayer&) {
  return g.unary(kKind, x);
}

ValueId hard_sigmoid(Compose& g, ValueId x, const KerasLayer& layer) {
  return g.unary(UnaryKind::kHardSigmoid, x, layer.generation() == 2 ? 0.2f : 1.0f / 6.0f);
}

ValueId soft_shrink(Compose& g, ValueId x, const KerasLayer&) {
  return g.sub(x, g.clip(x, -0.5, 0.5));
}

// What soft_shrink took off is given back where anything is left.
ValueId hard_shrink(Compose& g, ValueId x, const KerasLayer& layer) {
  const ValueId shrunk = soft_shrink(g, x, layer);
  return g.add(shrunk, g.mul(g.unary(UnaryKind::kSign, shrunk), 0.5));
}

// 0 up to -1, x from 1 on, a parabola between.
ValueId sparse_plus(Compose& g, ValueId x, const KerasLayer&) {
  const ValueId middle = g.unary(UnaryKind::kSquare, g.add(g.clip(x, -1, 1), 1));
  return g.add(g.mul(middle, 0.25), g.unary(UnaryKind::kRelu, g.sub(x, 1)));
}

ValueId squareplus(Compose& g, ValueId x, const KerasLayer&) {
  return g.mul(g.add(x, g.unary(UnaryKind::kSqrt, g.add(g.unary(UnaryKind::kSquare, x), 4))), 0.5);
}

ValueId tanh_shrink(Compose& g, ValueId x, const KerasLayer&) {
  return g.sub(x, g.unary(UnaryKind::kTanh, x));
}

ValueId log_sigmoid(Compose& g, ValueId x, const KerasLayer&) {
  return g.neg(g.unary(UnaryKind::kSoftplus, g.neg(x)));
}

// One half of the last dimension gates the other.
ValueId glu(Compose& g, ValueId x, const KerasLayer&) {
  const auto halves = g.split(x, -1, 2);
  return g.mul(halves[0], g.unary(UnaryKind::kLogistic, halves[1]));
}

// x less a threshold, cut at 0. Keras sums the running sums of the kept elements where the
// definition has the last one, and models are trained with that.
ValueId sparsemax(Compose& g, ValueId x, const KerasLayer&) {
  const ValueId count = g.squeeze(g.shape_vector(std::vector<Extent>{g.extent(x, -1)}), 0);
  const ValueId sorted = g.top_k(x, count).values;
  const ValueId places = g.cast(g.add(g.range(g.extent(x, -1)), 1.0), g.dtype(x));
  const ValueId sums = g.cumulative(sorted, -1);
  const ValueId kept =
      g.cast(g.binary(BinaryKind::kGreater, g.add(g.mul(places, sorted), 1.0), sums), g.dtype(x));
  const ValueId total = g.sum(g.mul(kept, sums), {-1}, true);
  const ValueId threshold = g.div(g.sub(total, 1.0), g.sum(kept, {-1}, true));
  return g.relu(g.sub(x, threshold));
}

constexpr std::pair<std::string_view, Apply> kActivations[] = {
    {"linear", [](Compose&, ValueId x, const KerasLayer&) { return x; }},
    {"relu", plain<UnaryKind::kRelu>},
    {"relu6", plain<UnaryKind::kRelu6>},
    {"leaky_relu", [](Compose& g, ValueId x,
                      const KerasLayer&) { return g.unary(UnaryKind::kLeakyRelu, x, 0.2f); }},
    {"elu",
     [](Compose& g, ValueId x, const KerasLayer&) { return g.unary(UnaryKind::kElu, x, 1.0f); }},
    {"celu",
     [](Compose& g, ValueId x, const KerasLayer&) { return g.unary(UnaryKind::kElu, x, 1.0f); }},
    {"selu", plain<UnaryKind::kSelu>},
    {"sigmoid", plain<UnaryKind::kLogistic>},
    {"tanh", plain<UnaryKind::kTanh>},
    {"softmax", [](Compose& g, ValueId x, const KerasLayer&) { return g.softmax(x); }},
    {"softplus", plain<UnaryKind::kSoftplus>},
    {"softsign", plain<UnaryKind::kSoftsign>},
    {"silu", plain<UnaryKind::kSilu>},
    {"swish", plain<UnaryKind::kSilu>},
    {"gelu", plain<UnaryKind::kGelu>},
    {"exponential", plain<UnaryKind::kExp>},
    {"mish", plain<UnaryKind::kMish>},
    {"hard_sigmoid", hard_sigmoid},
    {"hard_silu", plain<UnaryKind::kHardSwish>},
    {"hard_swish", plain<UnaryKind::kHardSwish>},
    {"hard_tanh", plain<UnaryKind::kReluN1To1>},
    {"hard_shrink", hard_shrink},
    {"soft_shrink", soft_shrink},
    {"tanh_shrink", tanh_shrink},
    {"log_sigmoid", log_sigmoid},
    {"sparse_sigmoid", [](Compose& g, ValueId x,
                          const KerasLayer&) { return g.unary(UnaryKind::kHardSigmoid, x, 0.5f); }},
    {"sparse_plus", sparse_plus},
    {"squareplus", squareplus},
    {"glu", glu},
    {"sparsemax", sparsemax},
    {"log_softmax", [](Compose& g, ValueId x, const KerasLayer&) { return g.log_softmax(x); }},
};

// {"class_name": "function", "config": "relu"} and the like name a function; other objects are
// layers.
Json name_in(Json activation) {
  if (!activation.is_object()) return activation;
  const auto kind = activation.at("class_name").if_string();
  const bool function = kind == "function" || kind == "builtin_function_or_method";
  return function ? activation.at("config") : Json();
}

}  // namespace

ValueId apply_activation(Json activation, ValueId x, KerasLayer& layer) {
  if (!layer.ok() || activation.is_null()) return x;
  if (const auto name = name_in(activation).if_string()) {
    Compose g(layer.builder());
    for (const auto& [known, apply] : kActivations) {
      if (*name == known) return apply(g, x, layer);
    }
    layer.unsupported("activation '" + std::string(*name) +
                      "' is unknown; a custom activation is Python code: export the model as a "
                      "SavedModel or TFLite");
    return x;
  }
  if (!activation.is_object()) {
    layer.fail("activation: expected a name, got " + std::string(activation.what()));
    return x;
  }
  // A layer stands for its function: LeakyReLU(0.1) as an activation.
  KerasObject& object = layer.child("activation", activation);
  const auto outputs = layer.call_child(
      object, {.positional = {KerasArgument::of({x, ValueId::kNone})}, .named = {}});
  return outputs.empty() ? x : outputs[0].value;
}

}  // namespace tare
