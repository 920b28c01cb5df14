// The arguments of a call, in the two notations of inbound_nodes.
#include "formats/keras/topology.h"

namespace tare {
namespace {

bool is_constant(const KerasArgument& argument) {
  if (argument.is_tensor()) return false;
  for (const KerasArgument& item : argument.items) {
    if (!is_constant(item)) return false;
  }
  return true;
}

// An array or object that holds tensors is read item by item; any other stays as it is written.
template <class Read>
void take_items(KerasArgument& argument, const Json& json, Read read) {
  bool tensors = false;
  for (const Json item : json) {
    argument.items.push_back(read(item));
    argument.keys.emplace_back(json.is_object() ? item.key() : std::string_view());
    tensors |= argument.items.back().kind != KerasArgument::Kind::kPlain;
  }
  if (tensors) {
    argument.kind = json.is_array() ? KerasArgument::Kind::kList : KerasArgument::Kind::kDict;
  } else {
    argument.items.clear();
    argument.keys.clear();
  }
}

}  // namespace

KerasCall KerasTopology::read_call(Json inbound, const Resolve& resolve, ErrorSink& sink) const {
  KerasCall call;
  if (inbound.is_object() && (inbound.has("args") || inbound.has("kwargs"))) {
    for (const Json argument : inbound.at("args"))
      call.positional.push_back(read_argument(argument, resolve, sink));
    for (const Json argument : inbound.at("kwargs")) {
      call.named.emplace_back(argument.key(), read_argument(argument, resolve, sink));
    }
  } else if (inbound.is_array() || inbound.is_object()) {
    call.positional.push_back(read_older_argument(inbound, resolve, call, sink));
    KerasArgument& whole = call.positional.back();
    if (inbound.is_array() && inbound.size() == 1 && !whole.items.empty() &&
        whole.items[0].kind == KerasArgument::Kind::kPlain)
      whole = KerasArgument(whole.items[0]);
  } else {
    inbound.expected("a call", sink);
  }
  return call;
}

// Keras 3: tensors are objects of the class __keras_tensor__ anywhere in the arguments.
KerasArgument KerasTopology::read_argument(Json json, const Resolve& resolve,
                                           ErrorSink& sink) const {
  KerasArgument argument;
  if (json.is_object() && json.at("class_name").if_string() == "__keras_tensor__") {
    const auto r = reference(json.at("config").at("keras_history"), sink);
    return r ? KerasArgument::of(resolve(*r)) : argument;
  }
  argument.plain = json;
  if (!json.is_array() && !(json.is_object() && !json.has("class_name"))) return argument;
  take_items(argument, json, [&](const Json& item) { return read_argument(item, resolve, sink); });
  return argument;
}

// Keras 2: ["layer", call, tensor, {keyword arguments}], or lists or dicts of such. The keywords
// stand with every tensor of a call and are the same.
KerasArgument KerasTopology::read_older_argument(Json json, const Resolve& resolve, KerasCall& call,
                                                 ErrorSink& sink) const {
  KerasArgument argument;
  const auto name = json.is_array() && json.size() >= 3 ? json.at(0).if_string() : std::nullopt;
  if (!name) {
    if (!json.is_array() && !json.is_object()) json.expected("a reference to a tensor", sink);
    argument.kind = json.is_object() ? KerasArgument::Kind::kDict : KerasArgument::Kind::kList;
    for (const Json item : json) {
      if (!sink.ok()) break;
      argument.items.push_back(read_older_argument(item, resolve, call, sink));
      argument.keys.emplace_back(json.is_object() ? item.key() : std::string_view());
    }
    if (argument.items.empty()) json.expected("references to tensors", sink);
    // A list of one tensor is that tensor: a single input is written so.
    const bool single = json.is_array() && argument.items.size() == 1;
    return single && !is_constant(argument) ? KerasArgument(argument.items[0]) : argument;
  }
  if (call.named.empty()) {
    for (const Json keyword : json.at(3)) {
      call.named.emplace_back(keyword.key(), read_older_keyword(keyword, resolve, sink));
    }
  }
  if (*name == "_CONSTANT_VALUE") {
    argument.plain = json.at(2);
    return argument;
  }
  const auto r = reference(json, sink);
  return r ? KerasArgument::of(resolve(*r)) : argument;
}

// A keyword's value: ["layer", call, tensor] is a tensor when there is such a layer.
KerasArgument KerasTopology::read_older_keyword(Json json, const Resolve& resolve,
                                                ErrorSink& sink) const {
  KerasArgument argument;
  const auto name = json.is_array() && json.size() >= 3 ? json.at(0).if_string() : std::nullopt;
  if (name == "_CONSTANT_VALUE") {
    argument.plain = json.at(2);
    return argument;
  }
  if (name && json.at(1).is_integer() && json.at(2).is_integer() &&
      by_name_.contains(std::string(*name))) {
    const auto r = reference(json, sink);
    return r ? KerasArgument::of(resolve(*r)) : argument;
  }
  argument.plain = json;
  if (!json.is_array() && !json.is_object()) return argument;
  take_items(argument, json,
             [&](const Json& item) { return read_older_keyword(item, resolve, sink); });
  return argument;
}

}  // namespace tare
