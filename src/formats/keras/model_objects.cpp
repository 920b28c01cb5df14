// Objects of layers: what class they are of, what they compute in, where the file keeps their
// weights.
#include <algorithm>

#include "formats/keras/model_reader.h"
#include "ir/facets.h"

namespace tare {
namespace {

// Classes that run Python code, or code of other frameworks, which no file holds.
std::string_view refusal_of(std::string_view class_name, Json serialized) {
  const std::string_view registered = serialized.at("registered_name").if_string().value_or("");
  if (class_name == "Lambda") {
    return "a Lambda layer is Python code; replace it by layers, or export the model as a "
           "SavedModel or TFLite";
  }
  if (class_name.find('>') != std::string_view::npos ||
      registered.find('>') != std::string_view::npos) {
    return "a custom layer is Python code; export the model as a SavedModel or TFLite instead";
  }
  if (class_name == "TFSMLayer" || class_name == "JaxLayer" || class_name == "FlaxLayer" ||
      class_name == "TorchModuleWrapper") {
    return "it wraps code of another framework; export the model as a SavedModel or TFLite instead";
  }
  return {};
}

// An operation of keras.ops, as opposed to a layer of the same name: by its module, or, where the
// writer dropped that, by its configuration, which lacks what every layer has.
bool is_operation(Json serialized, int generation) {
  if (const auto module = serialized.at("module").if_string())
    return module->find(".ops") != std::string_view::npos;
  const Json config = serialized.at("config");
  const std::string_view class_name = serialized.at("class_name").if_string().value_or("");
  if (generation != 3 || !config.is_object() || config.has("trainable") || config.has("layers") ||
      config.has("batch_shape"))
    return false;
  return !config.has("dtype") || find_read_keras(class_name) == nullptr;
}

// What the Python class is called when files call it otherwise: attributes are named after it.
std::string_view python_class(std::string_view class_name) {
  if (class_name == "Model") return "Functional";
  if (class_name == "GroupQueryAttention") return "GroupedQueryAttention";
  return class_name;
}

}  // namespace

void KerasModelReader::fill_object(KerasObject& object, Json serialized, ErrorSink& sink) {
  object.serialized = serialized;
  object.class_name = current_class(serialized.at("class_name").string(sink));
  object.config = serialized.at("config");
  object.generation = source_.generation;
  object.is_operation = is_operation(serialized, source_.generation);
  if (object.config.is_object()) {
    object.autocast = object.config.at("autocast").if_bool().value_or(true);
    read_dtype_policy(object.config.at("dtype"), object, sink);
  }
  const std::string_view refusal = refusal_of(object.class_name, serialized);
  if (!refusal.empty() && sink.ok()) {
    sink.fail({Code::kUnsupported, std::string(refusal), object.place()});
  } else if (sink.ok() && !is_model_class(object.class_name) && object.class_name != "InputLayer" &&
             find_read_keras(object.is_operation ? "keras.ops" : object.class_name) == nullptr) {
    sink.fail({Code::kUnsupported,
               "no layer of Keras is called '" + object.class_name +
                   "'; a custom layer is Python code: export the model as a SavedModel or TFLite",
               object.place()});
  }
}

std::unique_ptr<KerasObject> KerasModelReader::make_layer(const KerasTopology::Layer& layer,
                                                          const KerasObject& model,
                                                          std::map<std::string, int>& attributes,
                                                          ErrorSink& sink) {
  const bool outermost = &model == &root_;
  auto object = std::make_unique<KerasObject>();
  object->name = layer.name;
  fill_object(*object, layer.serialized, sink);
  const std::string attribute = snake_case(python_class(layer.class_name));
  const int number = attributes[attribute]++;
  object->path = model.path + (model.path.empty() ? "layers/" : "/layers/") + attribute +
                 (number == 0 ? "" : "_" + std::to_string(number));
  object->names = model.names;
  for (std::size_t begin = 0; begin <= layer.name.size();) {
    const std::size_t end = std::min(layer.name.find('/', begin), layer.name.size());
    object->anchor = layer.name.substr(begin, end - begin);
    object->names.push_back(object->anchor);
    begin = end + 1;
  }
  object->group = outermost ? layer.name : model.group;
  object->nested = !outermost;
  return object;
}

std::unique_ptr<KerasObject> KerasModelReader::make_object(Json serialized,
                                                           const KerasObject& parent,
                                                           std::string_view attribute,
                                                           GraphBuilder& builder) {
  auto object = std::make_unique<KerasObject>();
  ErrorSink sink;
  object->name = serialized.at("config").at("name").if_string().value_or("");
  fill_object(*object, serialized, sink);
  if (object->name.empty()) object->name = snake_case(object->class_name);
  object->path = parent.path + "/" + std::string(attribute);
  object->names = parent.names;
  object->names.push_back(object->name);
  object->anchor = parent.anchor;
  object->group = parent.group;
  object->nested = true;
  report(sink, builder);
  return object;
}

std::optional<TensorValue> KerasModelReader::find_weight(const KerasObject& object,
                                                         const KerasWeight& weight) {
  ErrorSink sink;
  auto found = source_.weights->find(object, weight, sink);
  if (!sink.ok()) {
    Error error = sink.error();
    error.where = object.place() + (error.where.empty() ? "" : " > " + error.where);
    main_.fail(std::move(error));
  }
  return found;
}

std::optional<Buffer> KerasModelReader::find_asset(const KerasObject& object,
                                                   std::string_view name) {
  if (source_.assets == nullptr) return std::nullopt;
  auto found = source_.assets->find(object.path + "/" + std::string(name));
  if (found) return found.take();
  main_.fail(found.error());
  return std::nullopt;
}

}  // namespace tare
