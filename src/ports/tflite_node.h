// What an op's read_tflite sees of a TFLite operator: its options, its inputs and their types, and
// a way to emit. The FlatBuffer has been verified and every tensor index checked before a node is
// made; options are the op's to check.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/activation.h"
#include "ir/graph_builder.h"
#include "ir/window.h"
#include "tflite_schema_generated.h"

namespace tare {

// Gives the graph of the module that stands for a subgraph of the file, building it when it is
// first asked for.
class TfliteSubgraphs {
 public:
  virtual ~TfliteSubgraphs() = default;
  virtual Result<GraphId> graph_of(int subgraph) = 0;
};

class TfliteNode {
 public:
  struct Source {
    const tflite::Operator& op;
    GraphBuilder& builder;
    TfliteSubgraphs& subgraphs;
    std::string name;
    std::string_view kind;  // the operator's name in the schema, or the custom op's own
    int version = 1;
    std::vector<ValueId> inputs = {};
    std::vector<ValueId> outputs = {};
    std::vector<TensorType> intermediates = {};
    std::span<const std::byte> custom_options = {};
  };
  explicit TfliteNode(Source source)
      : op_(source.op),
        builder_(source.builder),
        subgraphs_(source.subgraphs),
        name_(std::move(source.name)),
        kind_(source.kind),
        version_(source.version),
        inputs_(std::move(source.inputs)),
        outputs_(std::move(source.outputs)),
        intermediates_(std::move(source.intermediates)),
        custom_options_(source.custom_options) {}

  // The operator's options table; where the file has none, a table of the schema's defaults.
  // Options of another type than O are an error.
  template <class O>
  const O& options() {
    const void* table = nullptr;
    if constexpr (tflite::BuiltinOptionsTraits<O>::enum_value != tflite::BuiltinOptions_NONE) {
      table = table_of(static_cast<int>(op_.builtin_options_type()),
                       static_cast<int>(tflite::BuiltinOptionsTraits<O>::enum_value),
                       op_.builtin_options());
    } else {
      table = table_of(static_cast<int>(op_.builtin_options_2_type()),
                       static_cast<int>(tflite::BuiltinOptions2Traits<O>::enum_value),
                       op_.builtin_options_2());
    }
    return *static_cast<const O*>(table);
  }
  // FlexBuffers or the op's own layout; empty when absent.
  std::span<const std::byte> custom_options() const { return custom_options_; }
  int version() const { return version_; }

  int inputs() const { return static_cast<int>(inputs_.size()); }
  int outputs() const { return static_cast<int>(outputs_.size()); }
  bool has(int i) const {
    return i < inputs() && inputs_[static_cast<std::size_t>(i)] != ValueId::kNone;
  }
  ValueId input(int i) const {
    return i < inputs() ? inputs_[static_cast<std::size_t>(i)] : ValueId::kNone;
  }
  ValueId output(int i) const { return outputs_[static_cast<std::size_t>(i)]; }
  const Value& input_value(int i) const;  // an empty value when the input is absent
  const TensorType& type(int i) const { return input_value(i).type; }
  const TensorType& output_type(int i) const { return builder_.type(output(i)); }
  // Tensors that hold only quantisation: those between the gates of an integer LSTM. Default types
  // where left out.
  const std::vector<TensorType>& intermediates() const { return intermediates_; }
  const std::vector<ValueId>& all_inputs() const { return inputs_; }
  const std::vector<ValueId>& all_outputs() const { return outputs_; }

  // Fails unless the operator has between `least` and `most` inputs, the first `least` of them
  // present, and exactly `outputs` outputs. Every reader's first line.
  bool expect(int least, int most, int outputs = 1);

  // One node with this operator's inputs (or those given) and outputs. Ends a reader.
  template <class A>
  void emit(A attributes) {
    emit(std::move(attributes), inputs_);
  }
  template <class A>
  void emit(A attributes, std::vector<ValueId> inputs) {
    add(&A::kOp, std::make_shared<A>(std::move(attributes)), std::move(inputs));
  }

  // Makes output i another name of a value that exists already, instead of emitting a node for it.
  void alias(int i, ValueId value);

  Activation activation(tflite::ActivationFunctionType type);  // fails on an unknown one
  Padding padding(tflite::Padding padding);
  std::int64_t positive(std::int64_t value,
                        std::string_view attribute);  // fails unless 1 <= value < 2^31
  // The graph of the module that stands for subgraph i; fails when there is none.
  GraphId subgraph(int i);
  // Fails when a bias of a per-tensor quantised node has another scale than input times filter.
  void expect_bias_scale(int input, int filter, int bias);

  GraphBuilder& builder() { return builder_; }
  bool require(bool condition, std::string_view message);
  void fail(std::string_view message, Code code = Code::kInvalidModel);
  bool ok() const { return builder_.ok(); }

 private:
  std::string place() const;
  const void* table_of(int got, int want, const void* table);
  void add(const OpDef* op, std::shared_ptr<const void> attributes, std::vector<ValueId> inputs);

  const tflite::Operator& op_;
  GraphBuilder& builder_;
  TfliteSubgraphs& subgraphs_;
  std::string name_;
  std::string_view kind_;
  int version_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  std::vector<TensorType> intermediates_;
  std::span<const std::byte> custom_options_;
};

}  // namespace tare
