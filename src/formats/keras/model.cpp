// Walks the topology: makes an object of each layer, calls the rule of its class, and carries
// tensors and masks between them. Nested models are walked at each of their calls; their weights
// are made once.
#include "formats/keras/model.h"

#include <algorithm>
#include <map>

#include "formats/keras/activations.h"
#include "ir/facets.h"
#include "ops/cast.h"

namespace tare {
namespace {

constexpr int kMaxModelDepth = 64;

// A model's layers as objects.
struct KerasNet {
  KerasTopology topology;
  std::vector<std::unique_ptr<KerasObject>> layers;
};

class KerasModelReader : public KerasHost {
 public:
  KerasModelReader(const KerasSource& source, const ReadOptions& options, Module& module)
      : source_(source), options_(options), main_(module, GraphId{0}) {}

  Status read();

  std::optional<TensorValue> find_weight(const KerasObject& object,
                                         const KerasWeight& weight) override;
  std::optional<Buffer> find_asset(const KerasObject& object, std::string_view name) override;
  std::vector<KerasTensor> call(KerasObject& object, const KerasCall& call,
                                GraphBuilder& builder) override;
  std::unique_ptr<KerasObject> make_object(Json serialized, const KerasObject& parent,
                                           std::string_view attribute,
                                           GraphBuilder& builder) override;
  ValueId activate(Json activation, ValueId x, KerasLayer& layer) override {
    return apply_activation(activation, x, layer);
  }

 private:
  std::unique_ptr<KerasObject> make_layer(const KerasTopology::Layer& layer,
                                          const KerasObject& model,
                                          std::map<std::string, int>& attributes, ErrorSink& sink);
  void fill_object(KerasObject& object, Json serialized, ErrorSink& sink);
  KerasNet* net_of(KerasObject& model, GraphBuilder& builder);
  std::vector<KerasTensor> call_model(KerasObject& model, const KerasCall& call,
                                      GraphBuilder& builder);
  std::vector<KerasTensor> call_rule(KerasObject& object, const KerasCall& call,
                                     GraphBuilder& builder);
  std::vector<KerasTensor> model_inputs(const KerasNet& net, const KerasObject& model,
                                        const KerasCall& call, GraphBuilder& builder);
  std::vector<KerasArgument> graph_inputs();
  void graph_input(Json serialized, const std::string& name, Json shape,
                   std::vector<KerasArgument>& into);
  void report(const ErrorSink& sink, GraphBuilder& builder) {
    if (!sink.ok()) builder.fail(sink.error());
  }

  const KerasSource& source_;
  const ReadOptions& options_;
  GraphBuilder main_;
  Dim batch_ = kUnknownDim;
  int depth_ = 0;
  Entry entry_;
  KerasObject root_;
};

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

KerasTensor cast_to(KerasTensor tensor, DType dtype, GraphBuilder& builder) {
  if (tensor.value == ValueId::kNone || builder.type(tensor.value).dtype == dtype) return tensor;
  return {builder.emit(Cast{.to = dtype}, {tensor.value}), tensor.mask};
}

KerasArgument autocast(KerasArgument argument, DType dtype, GraphBuilder& builder) {
  if (argument.is_tensor()) {
    if (argument.tensor.value != ValueId::kNone &&
        is_float(builder.type(argument.tensor.value).dtype)) {
      argument.tensor = cast_to(argument.tensor, dtype, builder);
    }
  }
  for (KerasArgument& item : argument.items) item = autocast(std::move(item), dtype, builder);
  return argument;
}

// A mask given by name stands for the one that travels with the tensor.
void set_masks(KerasArgument& inputs, const KerasArgument& mask) {
  if (inputs.is_tensor()) {
    if (mask.is_tensor()) inputs.tensor.mask = mask.tensor.value;
    return;
  }
  for (std::size_t i = 0; i < inputs.items.size() && i < mask.items.size(); ++i)
    set_masks(inputs.items[i], mask.items[i]);
}

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

std::vector<KerasTensor> KerasModelReader::call(KerasObject& object, const KerasCall& call,
                                                GraphBuilder& builder) {
  if (!builder.ok()) return {};
  if (depth_ >= kMaxModelDepth) {
    builder.fail(
        Error{Code::kBudgetExceeded, "layers and models are nested too deeply", object.place()});
    return {};
  }
  const std::string outer = builder.scope();
  builder.set_scope(outer.empty() ? object.name : outer + "/" + object.name);
  ++depth_;
  auto outputs = is_model_class(object.class_name) ? call_model(object, call, builder)
                                                   : call_rule(object, call, builder);
  --depth_;
  builder.set_scope(outer);
  return outputs;
}

std::vector<KerasTensor> KerasModelReader::call_rule(KerasObject& object, const KerasCall& call,
                                                     GraphBuilder& builder) {
  KerasCall prepared = call;
  if (!object.is_operation) {
    const KerasArgument& mask = call.named_argument("mask");
    if (!prepared.positional.empty() && !mask.is_none()) set_masks(prepared.positional[0], mask);
    if (object.autocast && is_float(object.compute_type)) {
      for (KerasArgument& a : prepared.positional)
        a = autocast(std::move(a), object.compute_type, builder);
      for (auto& [name, a] : prepared.named)
        a = autocast(std::move(a), object.compute_type, builder);
    }
  }
  const ReadKerasFacet* rule =
      find_read_keras(object.is_operation ? "keras.ops" : object.class_name);
  if (rule == nullptr) {
    builder.fail(Error{Code::kUnsupported, "this build has no such layer", object.place()});
    return {};
  }
  KerasLayer layer(object, prepared, builder, *this);
  rule->read(layer);
  if (static_cast<std::int64_t>(builder.graph().nodes.size()) > options_.max_nodes) {
    builder.fail(Error{
        Code::kBudgetExceeded, "more than " + std::to_string(options_.max_nodes) + " nodes", {}});
  }
  auto outputs = layer.take_outputs();
  if (builder.ok() && outputs.empty()) layer.fail("its rule gave no output", Code::kInternal);
  if (!builder.ok() && outputs.empty()) return {};
  Value& first = builder.graph().value(outputs[0].value);
  if (!first.is_constant && !first.is_variable && first.name.starts_with(builder.scope() + "#"))
    first.name = builder.scope();
  return outputs;
}

KerasNet* KerasModelReader::net_of(KerasObject& model, GraphBuilder& builder) {
  if (model.model != nullptr) return static_cast<KerasNet*>(model.model.get());
  auto net = std::make_shared<KerasNet>();
  ErrorSink sink;
  net->topology = KerasTopology::read(model.serialized, source_.generation, sink);
  std::map<std::string, int> attributes;
  for (const auto& layer : net->topology.layers()) {
    if (!sink.ok()) break;
    net->layers.push_back(make_layer(layer, model, attributes, sink));
  }
  report(sink, builder);
  if (!builder.ok()) return nullptr;
  model.model = net;
  return net.get();
}

// In the order of the model's own inputs: a dict may name the InputLayers in any order.
std::vector<KerasTensor> KerasModelReader::model_inputs(const KerasNet& net,
                                                        const KerasObject& model,
                                                        const KerasCall& call,
                                                        GraphBuilder& builder) {
  std::vector<KerasTensor> tensors;
  const auto& inputs = net.topology.inputs();
  if (call.positional.size() == 1 && call.positional[0].kind == KerasArgument::Kind::kDict) {
    const KerasArgument& dict = call.positional[0];
    for (const KerasReference& input : inputs) {
      const auto key =
          std::find(dict.keys.begin(), dict.keys.end(), net.topology.layers()[input.layer].name);
      if (key != dict.keys.end())
        dict.items[static_cast<std::size_t>(key - dict.keys.begin())].flatten(tensors);
    }
    if (tensors.size() == inputs.size()) return tensors;
    tensors.clear();
  }
  for (const KerasArgument& argument : call.positional) argument.flatten(tensors);
  if (call.positional.empty()) call.named_argument("inputs").flatten(tensors);
  if (tensors.size() != inputs.size()) {
    builder.fail(Error{Code::kInvalidModel,
                       "the model takes " + std::to_string(inputs.size()) + " input(s), got " +
                           std::to_string(tensors.size()),
                       model.place()});
  }
  return tensors;
}

std::vector<KerasTensor> KerasModelReader::call_model(KerasObject& model, const KerasCall& call,
                                                      GraphBuilder& builder) {
  KerasNet* net = net_of(model, builder);
  if (net == nullptr) return {};
  const KerasTopology& topology = net->topology;
  std::vector<KerasTensor> inputs = model_inputs(*net, model, call, builder);
  if (!builder.ok()) return {};
  const std::string scope = builder.scope();
  if (&model == &root_) builder.set_scope("");
  std::map<std::pair<std::size_t, std::size_t>, std::vector<KerasTensor>>
      made;  // by layer and call
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t layer = topology.inputs()[i].layer;
    KerasTensor input = inputs[i];
    if (topology.layers()[layer].is_input && is_float(net->layers[layer]->compute_type)) {
      input = cast_to(input, net->layers[layer]->compute_type, builder);
    }
    made[{layer, 0}] = {input};
  }
  const KerasTopology::Resolve resolve = [&](const KerasReference& r) -> KerasTensor {
    const auto found = made.find({r.layer, r.call});
    if (found != made.end() && r.tensor < found->second.size()) return found->second[r.tensor];
    builder.fail(Error{Code::kInvalidModel, "it has no output " + std::to_string(r.tensor),
                       net->layers[r.layer]->place()});
    return {};
  };
  std::vector<KerasTensor> chain = inputs;
  for (const KerasTopology::Call& step : topology.calls()) {
    ErrorSink sink;
    KerasCall arguments;
    if (topology.sequential()) {
      for (const KerasTensor& t : chain) arguments.positional.push_back(KerasArgument::of(t));
    } else {
      arguments = topology.read_call(step.inbound, resolve, sink);
    }
    report(sink, builder);
    if (!builder.ok()) break;
    chain = this->call(*net->layers[step.layer], arguments, builder);
    if (!topology.sequential()) made[{step.layer, step.number}] = chain;
  }
  if (!builder.ok()) return {};
  std::vector<KerasTensor> outputs;
  if (topology.sequential()) {
    outputs = chain;
  } else {
    for (const KerasReference& r : topology.outputs()) outputs.push_back(resolve(r));
  }
  builder.set_scope(scope);
  return outputs;
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
