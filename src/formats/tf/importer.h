// Walks nodes in order and calls the rule of each op. Only what the outputs need is converted, but
// all of the graph has to be sound. One importer a file: what its graphs share lives here.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "formats/tf/graph_index.h"
#include "formats/tf/import.h"
#include "ports/tf_node.h"

namespace tare {

class TfImporter : public TfFunctions {
 public:
  TfImporter(const TfSource& source, const ReadOptions& options)
      : source_(source), options_(options), left_(options.max_nodes) {}

  Result<Module> read();

  GraphId graph_of(const std::string& function, std::span<const ValueId> inputs,
                   std::span<const TensorType> types, GraphBuilder& caller,
                   const std::vector<bool>& constants) override;
  std::vector<int> passed_on(const std::string& function) override;
  const TfVariable* variable_of(GraphBuilder& builder, ValueId handle) override;
  void make_variable(GraphBuilder& builder, ValueId handle, const std::string& node) override;
  // The initializer may read what it has assigned itself.
  bool assigns_variables() const override { return assigns_ || initializing_; }
  std::shared_ptr<const std::map<std::string, Buffer>> assets() const override {
    return source_.assets;
  }
  std::vector<ValueId> inlined(const std::string& function, std::span<const ValueId> inputs,
                               GraphBuilder& builder) override;

 private:
  // Nodes being converted into one graph: outputs by node, then arguments.
  struct Walk {
    const TfGraphIndex& index;
    GraphBuilder& builder;
    std::vector<std::vector<ValueId>> values;
    std::string prefix;  // of weights' names: "function/"
  };

  Status index_functions();
  void find_assignments(const TfGraphIndex& index);
  Status add_initializer(const TfGraphIndex& index);
  Status add_signature(const TfSignature& signature, const TfGraphIndex& index);
  Status run_initializer_graph(GraphBuilder& b);
  ValueId resource(const TfSignature::Tensor& input, GraphBuilder& b);
  ValueId add_input(const TfSignature::Tensor& input, const TfNodeDef* node, GraphBuilder& b);
  void convert(Walk& walk, const std::vector<TfEdge>& roots);
  void convert_node(Walk& walk, std::size_t node);
  ValueId value_of(Walk& walk, const TfEdge& edge);
  GraphId add_graph(const std::string& name);
  ValueId current(GraphBuilder& builder, ValueId value);
  Result<TensorValue> own_value(const TfTensor& tensor);
  void constant(Walk& walk, const TfNodeDef& node, TfNode& n);
  void feed_assets(Walk& walk);
  const TfFunctionDef* function_named(const std::string& name, GraphBuilder& builder);

  const TfSource& source_;
  const ReadOptions& options_;
  Module module_;
  InferenceBudget budget_;
  struct Function {
    const TfFunctionDef* def;
    TfGraphIndex index;
  };
  std::unordered_map<std::string, Function> functions_;
  std::map<std::string, TfVariable> variables_;
  std::unordered_map<const TfTensor*, TensorValue> tensors_;  // of constants
  // A value that is a variable's handle or, in version 1, stands for the variable.
  struct Handle {
    std::string node;  // that made the variable
    int assignments;   // before the value was read
  };
  std::map<std::pair<GraphId, ValueId>, Handle> handles_;
  std::map<std::pair<GraphId, std::string>, ValueId> latest_;  // read of a variable of version 1
  int assignments_ = 0;                                        // that were converted
  bool assigns_ = false;                                       // some signature assigns variables
  bool initializing_ = false;
  std::int64_t left_;  // nodes that may still be converted
  int depth_ = 0;
};

// The same error, farther out.
Error placed(Error error, const std::string& where);

}  // namespace tare
