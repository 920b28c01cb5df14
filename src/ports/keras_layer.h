// What a rule (an op's read_keras, or a composition in formats/keras/layers) sees of a Keras layer
// that is called: its configuration with errors that name it, its weights wherever the file keeps
// them, the tensors and arguments of the call, and a way to emit. One set of rules serves TF.js
// layers-models, .h5 and .keras of both Keras generations.
//
//   void read_keras(KerasLayer& layer) {
//     const ValueId x = layer.input();
//     ...
//     layer.output(layer.activate("activation", y));
//   }
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "ir/graph_builder.h"
#include "ir/tensor.h"

namespace tare {

// A tensor between layers. The mask (bool; the value's leading dimensions, or ones that broadcast
// to them) travels beside it, as in Keras, until a layer uses or drops it.
struct KerasTensor {
  ValueId value = ValueId::kNone;
  ValueId mask = ValueId::kNone;
};

// An argument of a call: a tensor, plain JSON (a number, a list without tensors, ...), or a list or
// dict of arguments.
struct KerasArgument {
  enum class Kind : std::uint8_t { kPlain, kTensor, kList, kDict };
  Kind kind = Kind::kPlain;
  Json plain;  // null when the argument is absent
  KerasTensor tensor;
  std::vector<KerasArgument> items;  // of a list or dict
  std::vector<std::string> keys;     // of a dict

  static KerasArgument of(KerasTensor tensor) {
    KerasArgument argument;
    argument.kind = Kind::kTensor;
    argument.tensor = tensor;
    return argument;
  }
  bool is_tensor() const { return kind == Kind::kTensor; }
  bool is_none() const { return kind == Kind::kPlain && plain.is_null(); }
  // All tensors inside, in order; those of a dict by key, as Keras flattens them.
  void flatten(std::vector<KerasTensor>& into) const;
};

struct KerasCall {
  std::vector<KerasArgument> positional;
  std::vector<std::pair<std::string, KerasArgument>> named;

  // By position or by name; one that is_none() when it was not given.
  const KerasArgument& argument(std::size_t position, std::string_view name) const;
  const KerasArgument& named_argument(std::string_view name) const {
    return argument(SIZE_MAX, name);
  }
};

// A layer as the file holds it: one object, however often it is called, so that all calls share its
// weights.
struct KerasObject {
  std::string class_name;
  std::string name;
  Json serialized;  // class_name, config and, of a model's layer, its calls
  Json config;
  int generation = 3;         // of the Keras that wrote it
  bool is_operation = false;  // a node of keras.ops, not a layer
  bool autocast = true;
  DType compute_type = DType::kFloat32;
  DType variable_type = DType::kFloat32;
  std::string quantisation;  // "int8", "int4" of a quantised dtype policy

  // Where its weights are. Stores of Keras 3 go by attributes
  // ("layers/bidirectional/forward_layer/cell"), stores before that by the names of layers from the
  // model inwards.
  std::string path;
  std::vector<std::string> names;
  std::string anchor;   // of names: the layer of its model's graph that it is, or is inside of
  std::string group;    // the outermost layer it belongs to
  bool nested = false;  // inside another layer or a nested model

  // What was made of weights, by purpose: bytes once, and the value that holds them in each graph.
  std::map<std::string, TensorValue, std::less<>> tensors;
  std::map<std::pair<GraphId, std::string>, ValueId> values;
  std::map<std::string, std::unique_ptr<KerasObject>, std::less<>> children;
  std::shared_ptr<void> model;  // the parsed graph of a nested model

  std::string place() const { return "layer '" + name + "' (" + class_name + ")"; }
};

// One weight: its name in the older stores, its position among the layer's variables in the newer
// ones, and the shape it must have (unknown extents: any).
struct KerasWeight {
  std::string_view name;
  int index = 0;
  Shape shape = Shape::unknown();
};

class KerasLayer;

// What a layer needs of the model around it; formats/keras implements it.
class KerasHost {
 public:
  virtual ~KerasHost() = default;
  virtual std::optional<TensorValue> find_weight(const KerasObject& object,
                                                 const KerasWeight& weight) = 0;
  virtual std::optional<Buffer> find_asset(const KerasObject& object, std::string_view name) = 0;
  virtual std::vector<KerasTensor> call(KerasObject& object, const KerasCall& call,
                                        GraphBuilder& builder) = 0;
  virtual std::unique_ptr<KerasObject> make_object(Json serialized, const KerasObject& parent,
                                                   std::string_view attribute,
                                                   GraphBuilder& builder) = 0;
  virtual ValueId activate(Json activation, ValueId x, KerasLayer& layer) = 0;
};

class KerasLayer {
 public:
  KerasLayer(KerasObject& object, const KerasCall& call, GraphBuilder& builder, KerasHost& host);

  KerasObject& object() { return object_; }
  const std::string& class_name() const { return object_.class_name; }
  GraphBuilder& builder() { return builder_; }
  int generation() const { return object_.generation; }
  DType compute_type() const { return object_.compute_type; }

  // Configuration. Without a default the key must be there.
  Json config(std::string_view key) const { return object_.config.at(key); }
  std::int64_t integer(std::string_view key) { return take(config(key), &Json::integer); }
  std::int64_t integer(std::string_view key, std::int64_t otherwise) {
    return config(key).is_null() ? otherwise : integer(key);
  }
  double number(std::string_view key) { return take(config(key), &Json::number); }
  double number(std::string_view key, double otherwise) {
    return config(key).is_null() ? otherwise : number(key);
  }
  bool flag(std::string_view key, bool otherwise);  // also 0 and 1
  std::string_view text(std::string_view key) { return take(config(key), &Json::string); }
  std::string_view text(std::string_view key, std::string_view otherwise) {
    return config(key).is_null() ? otherwise : text(key);
  }
  // At least `least` and below 2^31.
  std::int64_t count(std::string_view key, std::int64_t least = 1);
  // A list of `size` integers of at least `least`, or one for all; `otherwise` for all when absent.
  std::vector<std::int64_t> counts(std::string_view key, std::size_t size, std::int64_t least = 1,
                                   std::optional<std::int64_t> otherwise = std::nullopt);
  // Axes that stand in the file, counted from 0; negative ones count from the end. Out of range is
  // a failure.
  int axis(std::int64_t axis, int rank);
  int axis(std::string_view key, int rank, std::int64_t otherwise) {
    return axis(integer(key, otherwise), rank);
  }
  bool channels_first();

  // The call. Inputs are the tensors of its positional arguments, flattened.
  const KerasCall& call() const { return call_; }
  int inputs() const { return static_cast<int>(inputs_.size()); }
  ValueId input(int i = 0) const { return at(i).value; }
  ValueId mask(int i = 0) const { return at(i).mask; }
  KerasTensor tensor(int i = 0) const { return at(i); }
  const std::vector<KerasTensor>& all_inputs() const { return inputs_; }
  // Fails unless there are `least` to `most` inputs.
  bool expect(int least, int most);
  bool expect_rank(ValueId x, int rank);  // fails unless x is of this rank, or says so
  // The "training" argument and seeds are of no interest at inference and may be given to any
  // layer.
  const KerasArgument& argument(std::size_t position, std::string_view name) const {
    return call_.argument(position, name);
  }

  const TensorType& type(ValueId x) const { return builder_.type(x); }
  const Shape& shape(ValueId x) const { return builder_.shape(x); }
  int rank(ValueId x) const { return shape(x).rank(); }
  // Extent of one dimension, which must be known in the file.
  std::int64_t extent(ValueId x, int axis);

  // Weights: what the file holds in the layer's own type; a failure when it is not there or has
  // another shape.
  TensorValue weight(const KerasWeight& weight);
  bool has_weight(const KerasWeight& weight) {
    return host_.find_weight(object_, weight).has_value();
  }
  // A constant made once a layer and graph. `make` runs at the first call only; its floats become
  // compute_type, or the type given.
  ValueId constant(std::string key, const std::function<TensorValue()>& make) {
    return constant_of(std::move(key), object_.compute_type, make);
  }
  ValueId constant_of(std::string key, DType floats, const std::function<TensorValue()>& make);
  ValueId weight_value(const KerasWeight& weight) {
    return constant(std::string(weight.name), [&] { return this->weight(weight); });
  }

  template <class A>
  ValueId emit(A attributes, std::vector<ValueId> inputs) {
    return builder_.emit(std::move(attributes), std::move(inputs));
  }
  // Applies the activation that the configuration names under `key` ("linear" when absent).
  ValueId activate(std::string_view key, ValueId x) {
    return host_.activate(config(key), x, *this);
  }
  ValueId activate(Json activation, ValueId x) { return host_.activate(activation, x, *this); }

  // A layer inside this one: `attribute` is where the newer weight stores keep it.
  KerasObject& child(std::string_view attribute, Json serialized);
  std::vector<KerasTensor> call_child(KerasObject& child, const KerasCall& call) {
    return host_.call(child, call, builder_);
  }
  // A part that holds weights and has no configuration of its own, as the projections of attention:
  // its name in the older weight stores differs from the attribute.
  KerasObject& part(std::string_view attribute, std::string_view name);
  KerasHost& host() { return host_; }

  // Results, in order. The first form passes the first input's mask on.
  void output(ValueId value) { output(value, inputs_.empty() ? ValueId::kNone : mask(0)); }
  void output(ValueId value, ValueId mask) { outputs_.push_back({value, mask}); }
  std::vector<KerasTensor> take_outputs() { return std::move(outputs_); }

  bool require(bool condition, std::string_view message);
  void fail(std::string_view message, Code code = Code::kInvalidModel);
  void unsupported(std::string_view message) { fail(message, Code::kUnsupported); }
  bool ok() const { return builder_.ok(); }

 private:
  const KerasTensor& at(int i) const;
  template <class T>
  T take(Json value, T (Json::*get)(ErrorSink&) const) {
    ErrorSink sink;
    const T result = (value.*get)(sink);
    if (!sink.ok()) fail(std::string(value.key()) + ": " + sink.error().message);
    return result;
  }

  KerasObject& object_;
  const KerasCall& call_;
  GraphBuilder& builder_;
  KerasHost& host_;
  std::vector<KerasTensor> inputs_;
  std::vector<KerasTensor> outputs_;
};

}  // namespace tare
