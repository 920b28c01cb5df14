// Activations by name. They are those of both generations; where the two differ, the layer's
// generation decides. What one node computes is in this table; what is composed of several is a
// rule of its own (layers/activation_functions.cpp), so that a program without compositions is
// spared them.
#include "formats/keras/activations.h"

#include "ir/facets.h"
#include "ops/unary/unary.h"

namespace tare {
namespace {

struct Named {
  std::string_view name;
  UnaryKind kind;
  float alpha = 0.0f;
};

constexpr Named kActivations[] = {
    {"relu", UnaryKind::kRelu},
    {"relu6", UnaryKind::kRelu6},
    {"leaky_relu", UnaryKind::kLeakyRelu, 0.2f},
    {"elu", UnaryKind::kElu, 1.0f},
    {"celu", UnaryKind::kElu, 1.0f},
    {"selu", UnaryKind::kSelu},
    {"sigmoid", UnaryKind::kLogistic},
    {"tanh", UnaryKind::kTanh},
    {"softplus", UnaryKind::kSoftplus},
    {"softsign", UnaryKind::kSoftsign},
    {"silu", UnaryKind::kSilu},
    {"swish", UnaryKind::kSilu},
    {"gelu", UnaryKind::kGelu},
    {"exponential", UnaryKind::kExp},
    {"mish", UnaryKind::kMish},
    {"hard_silu", UnaryKind::kHardSwish},
    {"hard_swish", UnaryKind::kHardSwish},
    {"hard_tanh", UnaryKind::kReluN1To1},
    {"sparse_sigmoid", UnaryKind::kHardSigmoid, 0.5f},
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
    if (*name == "linear") return x;
    for (const auto& [known, kind, alpha] : kActivations) {
      if (*name == known) return layer.emit(Unary{kind, alpha}, {x});
    }
    if (const ReadKerasFacet* rule = find_read_keras("activation " + std::string(*name))) {
      const KerasCall call{.positional = {KerasArgument::of({x, ValueId::kNone})}, .named = {}};
      KerasLayer function(layer.object(), call, layer.builder(), layer.host());
      rule->read(function);
      const auto outputs = function.take_outputs();
      return outputs.empty() ? x : outputs[0].value;
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
