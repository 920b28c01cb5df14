// A GraphDef becomes a module: one graph a signature, bodies of loops and branches as graphs of
// their own, called functions in place. The same for every file that holds a GraphDef.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/open.h"
#include "formats/tf/graph_def.h"

namespace tare {

// A named way in: tensors of the graph by the names that callers use.
struct TfSignature {
  struct Tensor {
    std::string name;
    std::string tensor;  // "node:0"
    std::optional<TfType> type = std::nullopt;
    std::optional<TfShape> shape = std::nullopt;
    std::optional<std::int64_t> resource =
        std::nullopt;  // no input of the caller, but what the initializer made
  };
  std::string name;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};

// Values kept outside the graph, by the name of their Const node.
class TfConstants {
 public:
  virtual ~TfConstants() = default;
  virtual std::optional<Result<TensorValue>> find(const std::string& name) = 0;
};

// Values of variables, by the name of the node that makes them.
class TfVariables {
 public:
  virtual ~TfVariables() = default;
  virtual std::optional<Result<TensorValue>> find(const std::string& node) = 0;
};

struct TfSource {
  TfGraphDef* graph = nullptr;       // its version-1 control flow is rewritten
  TfConstants* constants = nullptr;  // null: all are in the graph
  TfVariables* variables = nullptr;  // null: there are none
  std::vector<TfSignature> signatures = {};
  std::string initializer = {};  // a node to run once, before the first run
  TfGraphDef* initializer_graph =
      nullptr;  // or a graph of its own, with the resources that it gives
  std::vector<TfSignature::Tensor> resources = {};
  // Files that came with the model: which tensors are their paths, and what they hold.
  std::vector<std::pair<std::string, std::string>> asset_tensors = {};  // "node:0", path
  std::shared_ptr<const std::map<std::string, Buffer>> assets = {};
  std::string format = {};
};

// The signature of a graph that states none: its placeholders, and what no node takes.
Result<TfSignature> signature_of_graph(const TfGraphDef& graph);

Result<Module> read_tf_graph(const TfSource& source, const ReadOptions& options);

}  // namespace tare
