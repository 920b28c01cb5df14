// A GraphDef in memory: nodes and a library of functions, whichever encoding it came in.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "ports/tf_node_def.h"

namespace tare {

struct TfFunctionDef {
  struct Argument {
    std::string name;
    TfType type;
  };
  std::string name;
  std::vector<Argument> inputs;
  std::vector<Argument> outputs;
  std::vector<TfNodeDef> nodes;
  std::vector<std::pair<std::string, std::string>> results;  // output's name -> tensor
  std::vector<std::string> controls;                         // nodes that must run

  // In the order of the outputs; null where an output has none.
  std::vector<const std::string*> tensors_of_outputs() const;
};

struct TfGraphDef {
  std::vector<TfNodeDef> nodes;
  std::vector<TfFunctionDef> functions;
};

bool assigns_variable(std::string_view op);
bool changes_state(std::string_view op);  // of a variable or a table

Result<TfGraphDef> decode_tf_graph(Json graph, std::int64_t max_nodes);
Result<TfGraphDef> decode_tf_graph(std::span<const std::byte> protobuf, std::int64_t max_nodes);

// Parts that other messages have too: a signature states types and shapes.
TfType decode_tf_type(Json type, ErrorSink& sink);
TfShape decode_tf_shape(Json shape, ErrorSink& sink);

}  // namespace tare
