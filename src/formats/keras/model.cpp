// Walks the topology: makes an object of each layer, calls the rule of its class, and carries
// tensors and masks between them. Nested models are walked at each of their calls; their weights
// are made once.
#include "formats/keras/model.h"

#include <algorithm>

#include "formats/keras/model_reader.h"

namespace tare {
namespace {

// The InputLayer, or first layer with a stated shape, through which a model is fed.
Json first_layer(Json model) {
  for (int depth = 0; depth < kMaxModelDepth; ++depth) {
    const Json config = model.at("config");
    const Json layers = config.is_array() ? config : config.at("layers");
    const Json first = layers.at(0);
    if (!is_model_class(first.at("class_name").if_string().value_or(""))) return first;
    model = first;
  }
  return {};
}

Json shape_of_input(Json layer) {
  const Json config = layer.at("config");
  for (const char* key : {"batch_shape", "batch_input_shape"}) {
    if (config.at(key).is_array()) return config.at(key);
  }
  return layer.at("build_config").at("input_shape");
}

}  // namespace

int keras_generation(std::string_view version, Json model) {
  if (version.starts_with("3")) return 3;
  if (!version.empty()) return 2;
  return shape_of_input(first_layer(model)).key() == "batch_shape" ? 3 : 2;
}

void KerasModelReader::graph_input(Json serialized, const std::string& name, Json shape,
                                   std::vector<KerasArgument>& into) {
  ErrorSink sink;
  KerasObject types;
  const Json config = serialized.at("config");
  read_dtype_policy(config.at("dtype"), types, sink);
  const Error place{Code::kUnsupported, {}, "input '" + name + "'"};
  for (const char* kind : {"sparse", "ragged"}) {
    if (config.at(kind).if_bool() == true) {
      sink.fail({Code::kUnsupported,
                 std::string(kind) + " inputs cannot be run; feed dense tensors", place.where});
    }
  }
  if (!shape.is_array() || shape.size() == 0 || shape.size() > kMaxRank) {
    shape.expected("an input shape of 1 to " + std::to_string(kMaxRank) + " dimensions", sink);
  }
  Shape dims;
  for (const Json dim : shape) {
    if (!sink.ok()) break;
    if (dim.is_null()) {
      dims.push_back(dims.rank() == 0 ? batch_ : main_.new_unknown());
      continue;
    }
    const std::int64_t extent = dim.integer(sink);
    if (extent < 0 || extent > INT32_MAX) dim.expected("a dimension of at least 0", sink);
    dims.push_back(extent);
  }
  report(sink, main_);
  if (!main_.ok()) return;
  // What the InputLayer declares, not what its policy would compute with.
  into.push_back(KerasArgument::of(
      {main_.input(name, tensor_type(types.variable_type, dims)), ValueId::kNone}));
  entry_.input_names.push_back(name);
}

std::vector<KerasArgument> KerasModelReader::graph_inputs() {
  std::vector<KerasArgument> inputs;
  batch_ = main_.new_unknown();
  const KerasNet* net = net_of(root_, main_);
  if (net == nullptr) return inputs;
  if (!net->topology.sequential()) {
    for (const KerasReference& r : net->topology.inputs()) {
      const auto& layer = net->topology.layers()[r.layer];
      graph_input(layer.serialized, layer.name, shape_of_input(layer.serialized), inputs);
    }
    return inputs;
  }
  const Json first = first_layer(source_.model);
  Json shape = shape_of_input(first);
  if (!shape.is_array()) shape = source_.model.at("config").at("build_input_shape");
  if (!shape.is_array()) shape = source_.model.at("build_config").at("input_shape");
  if (!shape.is_array()) {
    main_.fail(
        "the model was saved without the shape of its input: call it once, or give it an Input, "
        "and save again",
        Code::kUnsupported);
    return inputs;
  }
  const auto& layer = net->topology.layers()[0];
  graph_input(first, layer.is_input ? layer.name : layer.name + "_input", shape, inputs);
  return inputs;
}

Status KerasModelReader::read() {
  root_.serialized = source_.model;
  root_.class_name = source_.model.at("class_name").if_string().value_or("");
  root_.config = source_.model.at("config");
  root_.name = root_.config.at("name").if_string().value_or("model");
  root_.names = {root_.name};
  if (!is_model_class(root_.class_name)) {
    return Error{Code::kUnsupported,
                 "a subclassed model ('" + root_.class_name +
                     "') is Python code: only Sequential and functional models can be read; export "
                     "it as a SavedModel or TFLite",
                 {}};
  }
  const std::vector<KerasArgument> inputs = graph_inputs();
  std::vector<KerasTensor> outputs;
  if (main_.ok()) outputs = call(root_, {.positional = inputs, .named = {}}, main_);
  if (!main_.ok()) return main_.status();
  const KerasNet* net = net_of(root_, main_);
  std::map<std::string, int> used;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    main_.output(outputs[i].value);
    const auto& keys = net->topology.output_keys();
    const auto& refs = net->topology.outputs();
    std::string name = i < keys.size()
                           ? keys[i]
                           : net->topology.layers()[refs[std::min(i, refs.size() - 1)].layer].name;
    const int number = used[name]++;
    entry_.output_names.push_back(number == 0 ? name : name + "_" + std::to_string(number));
  }
  entry_.name = "serving_default";
  entry_.graph = GraphId{0};
  main_.graph().name = root_.name;
  main_.module().entries.push_back(entry_);
  return main_.status();
}

Result<Module> read_keras_model(const KerasSource& source, const ReadOptions& options) {
  Module module;
  module.format = source.format;
  module.graphs.emplace_back();
  KerasModelReader reader(source, options, module);
  const Status status = reader.read();
  if (!status) return status.error();
  return module;
}

}  // namespace tare
