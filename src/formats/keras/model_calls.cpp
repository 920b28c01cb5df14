// Calls of layers and of nested models, and the tensors and masks that travel between them.
#include <algorithm>

#include "base/parts.h"
#include "formats/keras/model_reader.h"
#include "ir/facets.h"
#include "ops/cast.h"

namespace tare {
namespace {

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

}  // namespace

std::vector<KerasTensor> KerasModelReader::call(KerasObject& object, const KerasCall& call,
                                                GraphBuilder& builder) {
  if (!builder.ok()) return {};
  if (depth_ >= kMaxModelDepth) {
    builder.fail(
        Error{Code::kBudgetExceeded, "layers and models are nested too deeply", object.place()});
    return {};
  }
  if (--calls_left_ < 0) {
    builder.fail(Error{Code::kBudgetExceeded, "layers and models are called too often", {}});
    return {};
  }
  const std::string outer = builder.scope();
  const std::string name = object.name.substr(0, kMaxName);
  builder.set_scope(outer.empty() ? name : outer + "/" + name);
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
    if (kParts.functional && !prepared.positional.empty() && !mask.is_none())
      set_masks(prepared.positional[0], mask);
    if (kParts.all_types && object.autocast && is_float(object.compute_type)) {
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
  if (kParts.functional && call.positional.size() == 1 &&
      call.positional[0].kind == KerasArgument::Kind::kDict) {
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
  calls_left_ -= static_cast<std::int64_t>(topology.inputs().size() + topology.outputs().size());
  std::vector<KerasTensor> inputs = model_inputs(*net, model, call, builder);
  if (!builder.ok()) return {};
  const std::string scope = builder.scope();
  if (&model == &root_) builder.set_scope("");
  auto outputs = topology.sequential() ? call_chain(*net, std::move(inputs), builder)
                                       : call_graph(*net, inputs, builder);
  if (!builder.ok()) return {};
  builder.set_scope(scope);
  return outputs;
}

// Each layer takes what the one before gave.
std::vector<KerasTensor> KerasModelReader::call_chain(const KerasNet& net,
                                                      std::vector<KerasTensor> chain,
                                                      GraphBuilder& builder) {
  for (const KerasTopology::Call& step : net.topology.calls()) {
    KerasCall arguments;
    for (const KerasTensor& t : chain) arguments.positional.push_back(KerasArgument::of(t));
    chain = call(*net.layers[step.layer], arguments, builder);
    if (!builder.ok()) break;
  }
  return chain;
}

std::vector<KerasTensor> KerasModelReader::call_graph(const KerasNet& net,
                                                      const std::vector<KerasTensor>& inputs,
                                                      GraphBuilder& builder) {
  const KerasTopology& topology = net.topology;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<KerasTensor>>
      made;  // by layer and call
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t layer = topology.inputs()[i].layer;
    KerasTensor input = inputs[i];
    if (topology.layers()[layer].is_input && is_float(net.layers[layer]->compute_type))
      input = cast_to(input, net.layers[layer]->compute_type, builder);
    made[{layer, 0}] = {input};
  }
  const KerasTopology::Resolve resolve = [&](const KerasReference& r) -> KerasTensor {
    const auto found = made.find({r.layer, r.call});
    if (found != made.end() && r.tensor < found->second.size()) return found->second[r.tensor];
    builder.fail(Error{Code::kInvalidModel, "it has no output " + std::to_string(r.tensor),
                       net.layers[r.layer]->place()});
    return {};
  };
  for (const KerasTopology::Call& step : topology.calls()) {
    ErrorSink sink;
    const KerasCall arguments = topology.read_call(step.inbound, resolve, sink);
    report(sink, builder);
    if (!builder.ok()) return {};
    made[{step.layer, step.number}] = call(*net.layers[step.layer], arguments, builder);
  }
  if (!builder.ok()) return {};
  std::vector<KerasTensor> outputs;
  for (const KerasReference& r : topology.outputs()) outputs.push_back(resolve(r));
  return outputs;
}

}  // namespace tare
