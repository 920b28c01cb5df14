// Works from the inside out: a loop or branch is rewritten when nothing between its ends is one
// itself. Nodes are cut out backwards from a result, up to the nodes that bring values in, which
// become arguments.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/tf/graph_def.h"

namespace tare {

// Of this op, or of its form for variables of version 1.
bool is_op(const TfNodeDef& n, std::string_view op);

struct TensorReference {
  std::string name;
  std::size_t port = 0;
};

TensorReference tensor_reference(const std::string& text);
inline bool is_control(const std::string& input) { return input.starts_with('^'); }

std::string argument_name(std::size_t i);
TfAttr function_attr(std::string name);
std::string frame_of(const TfNodeDef& node);

// What a piece of graph takes and gives, as a function.
struct Piece {
  std::vector<TfNodeDef> nodes;
  std::vector<std::string> results;  // in its own terms
  bool ready = true;                 // nothing in it has yet to be rewritten
};

class FrameLowering {
 public:
  FrameLowering(std::vector<TfNodeDef>& nodes, std::vector<TfFunctionDef>& functions,
                std::string prefix)
      : nodes_(nodes), functions_(functions), prefix_(std::move(prefix)) {}

  Status run();

 private:
  struct Loop {
    std::vector<std::size_t> enters, merges, switches, nexts,
        exits;                           // of variables; SIZE_MAX where there is none
    std::vector<std::size_t> constants;  // enters that keep their value
    std::size_t cond = SIZE_MAX;
  };
  using Stop = std::function<std::string(std::size_t node,
                                         std::size_t port)>;  // an argument's name, or nothing

  void index();
  std::size_t find(const std::string& input) const;
  Piece cut(const std::vector<std::string>& results, const Stop& stop) const;
  Result<Loop> loop_of(const std::string& frame) const;
  Result<bool> lower_loop(const std::string& frame);
  Result<bool> lower_branch(std::size_t merge);
  std::string add_function(const std::string& name, std::size_t arguments, Piece piece);
  Error bad(std::size_t node, std::string message) const {
    return {Code::kInvalidModel, std::move(message),
            "node '" + nodes_[node].name + "' (" + nodes_[node].op + ")"};
  }

  std::vector<TfNodeDef>& nodes_;
  std::vector<TfFunctionDef>& functions_;
  std::string prefix_;
  std::unordered_map<std::string, std::size_t> names_;
};

}  // namespace tare
