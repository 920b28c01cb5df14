// What an op's read_tf sees of a TensorFlow node: attributes by name, data inputs as values, and a
// way to emit. Failures go into the builder with the node's name, so that rules need not return
// early.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph_builder.h"
#include "ports/tf_node_def.h"

namespace tare {

// What is known of a variable at import.
struct TfVariable {
  std::string name;
  TensorType type;
  std::optional<TensorValue> first;  // its value before any assignment
};

// What a node may ask of the rest of its file: functions that attributes name, variables behind
// handles.
class TfFunctions {
 public:
  virtual ~TfFunctions() = default;
  // A graph of the module that computes the function for inputs such as these values of `caller`.
  // Bit i of `constants` says that input i keeps its value in every call, so that a constant stays
  // one.
  virtual GraphId graph_of(const std::string& function, std::span<const ValueId> inputs,
                           std::span<const TensorType> types, GraphBuilder& caller,
                           const std::vector<bool>& constants) = 0;
  // For each result of the function the argument that it passes on unchanged, or -1.
  virtual std::vector<int> passed_on(const std::string& function) = 0;
  // The variable that a value of the graph being built is a handle of; null when it is none.
  virtual const TfVariable* variable_of(GraphBuilder& builder, ValueId handle) = 0;
  // False: nothing assigns variables, so that their first values are constants.
  virtual bool assigns_variables() const = 0;
  // Text files that came with the model, by path.
  virtual std::shared_ptr<const std::map<std::string, Buffer>> assets() const { return nullptr; }
  virtual void make_variable(GraphBuilder& builder, ValueId handle, const std::string& node) = 0;
  // The function's nodes in place of a call.
  virtual std::vector<ValueId> inlined(const std::string& function, std::span<const ValueId> inputs,
                                       GraphBuilder& builder) = 0;
};

class TfNode {
 public:
  TfNode(const TfNodeDef& def, GraphBuilder& builder, TfFunctions& functions,
         std::vector<ValueId> inputs)
      : def_(def), builder_(builder), functions_(functions), inputs_(std::move(inputs)) {}

  const std::string& name() const { return def_.name; }
  const std::string& op() const { return def_.op; }

  // Attributes: those left out have their default; one of another kind, or without a default and
  // left out, is an error.
  bool has_attr(std::string_view attr) const { return def_.find(attr) != nullptr; }
  std::int64_t integer(std::string_view attr, std::optional<std::int64_t> otherwise = std::nullopt);
  double number(std::string_view attr, std::optional<double> otherwise = std::nullopt);
  bool flag(std::string_view attr, bool otherwise);
  std::string text(std::string_view attr, std::optional<std::string_view> otherwise = std::nullopt);
  DType dtype(std::string_view attr, std::optional<DType> otherwise = std::nullopt);
  Shape shape(std::string_view attr);                         // unknown when left out
  std::vector<std::int64_t> integers(std::string_view attr);  // empty when left out
  std::vector<float> numbers(std::string_view attr);
  std::vector<std::string> texts(std::string_view attr);
  std::vector<DType> dtypes(std::string_view attr);
  std::vector<Shape> shapes(std::string_view attr);
  std::string function(std::string_view attr);
  std::vector<std::string> functions_of(std::string_view attr);  // a list of them

  int inputs() const { return static_cast<int>(inputs_.size()); }
  ValueId input(int i) const {
    return i < inputs() ? inputs_[static_cast<std::size_t>(i)] : ValueId::kNone;
  }
  const std::vector<ValueId>& all_inputs() const { return inputs_; }
  const TensorType& type(int i) const { return builder_.type(input(i)); }
  // Fails unless there are between `least` and `most` inputs. Every rule's first line.
  bool expect(int least, int most);
  bool expect(int count) { return expect(count, count); }
  // Elements of an integer input whose values are known at import; fails otherwise.
  std::vector<std::int64_t> known_integers(int input, std::string_view what);
  std::optional<std::vector<std::int64_t>> integers_if_known(ValueId value) const;
  // The tensor that input i is when it is a constant, else nothing.
  std::optional<TensorValue> constant(int i) const;

  template <class A>
  ValueId emit(A attributes, std::vector<ValueId> inputs) {
    return builder_.emit(std::move(attributes), std::move(inputs));
  }
  // One node with this node's inputs as output 0.
  template <class A>
  void become(A attributes) {
    output(0, builder_.emit(std::move(attributes), inputs_));
  }
  void output(std::size_t i, ValueId value);
  void outputs(std::span<const ValueId> values);
  const std::vector<ValueId>& all_outputs() const { return outputs_; }

  GraphBuilder& builder() { return builder_; }
  TfFunctions& functions() { return functions_; }
  bool require(bool condition, std::string_view message);
  void fail(std::string_view message, Code code = Code::kInvalidModel);
  bool ok() const { return builder_.ok(); }

 private:
  const TfAttr* attr(std::string_view name, TfAttr::Kind kind, bool required);

  const TfNodeDef& def_;
  GraphBuilder& builder_;
  TfFunctions& functions_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
};

}  // namespace tare
