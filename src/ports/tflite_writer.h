// What an op's write_tflite sees: the node it writes, and a builder for its options. The writer
// itself keeps track of tensors, operator codes and subgraphs; an op only says its code, its
// options and its version.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flatbuffers/flatbuffers.h"
#include "ir/activation.h"
#include "ir/graph.h"
#include "ir/window.h"
#include "tflite_schema_generated.h"

namespace tare {

class TfliteWriter {
 public:
  virtual ~TfliteWriter() = default;

  flatbuffers::FlatBufferBuilder& fbb() { return fbb_; }
  const Graph& graph() const { return *graph_; }
  const Node& node() const { return *node_; }
  bool has(int i) const {
    const auto at = static_cast<std::size_t>(i);
    return at < node_->inputs.size() && node_->inputs[at] != ValueId::kNone;
  }
  const TensorType& input_type(int i) const {
    return graph_->value(node_->inputs[static_cast<std::size_t>(i)]).type;
  }
  const TensorType& output_type(int i) const {
    return graph_->value(node_->outputs[static_cast<std::size_t>(i)]).type;
  }

  // The operator takes these inputs instead of the node's own; said before the operator.
  void order_inputs(std::vector<ValueId> inputs) { inputs_ = std::move(inputs); }

  // One operator with the node's own inputs and outputs. Exactly one of these ends an op's writer.
  template <class O>
  void builtin(tflite::BuiltinOperator code, flatbuffers::Offset<O> options, int version = 1) {
    if constexpr (tflite::BuiltinOptionsTraits<O>::enum_value != tflite::BuiltinOptions_NONE) {
      add({.code = code,
           .type = tflite::BuiltinOptionsTraits<O>::enum_value,
           .options = options.Union(),
           .version = version});
    } else {
      add({.code = code,
           .type_2 = tflite::BuiltinOptions2Traits<O>::enum_value,
           .options = options.Union(),
           .version = version});
    }
  }
  void builtin(tflite::BuiltinOperator code, int version = 1) {
    add({.code = code, .version = version});
  }
  void custom(std::string_view name, std::span<const std::byte> options) {
    add({.code = tflite::BuiltinOperator_CUSTOM, .custom_name = name, .custom_options = options});
  }
  // Tensors that hold only quantisation, in the order of the schema's operator; call before
  // builtin().
  void intermediates(std::vector<TensorType> types) { intermediates_ = std::move(types); }
  // The index that a graph of the module has as a subgraph.
  virtual int subgraph(GraphId graph) const = 0;
  // This op has no TFLite form (in this type, with these attributes).
  virtual void refuse(std::string_view reason) = 0;

  static tflite::ActivationFunctionType activation(Activation activation);
  static tflite::Padding padding(
      Padding padding);  // explicit padding has no TFLite form: refuse before

  struct Operator {
    tflite::BuiltinOperator code;
    tflite::BuiltinOptions type = tflite::BuiltinOptions_NONE;
    tflite::BuiltinOptions2 type_2 = tflite::BuiltinOptions2_NONE;
    flatbuffers::Offset<void> options = 0;
    int version = 1;
    std::string_view custom_name = {};
    std::span<const std::byte> custom_options = {};
  };

 protected:
  virtual void add(const Operator& op) = 0;

  flatbuffers::FlatBufferBuilder fbb_;
  const Graph* graph_ = nullptr;
  const Node* node_ = nullptr;
  std::optional<std::vector<ValueId>> inputs_;  // from order_inputs; reset for each node
  std::vector<TensorType> intermediates_;
};

}  // namespace tare
