// Works from the inside out: a loop or branch is rewritten when nothing between its ends is one
// itself. Nodes are cut out backwards from a result, up to the nodes that bring values in, which
// become arguments. Control inputs matter only on the way to nodes that change state.
#pragma once

#include <functional>
#include <set>
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

// Some of a graph's nodes.
class Nodes {
 public:
  explicit Nodes(std::vector<bool> has = {}) : has_(std::move(has)) {}
  bool has(std::size_t node) const { return node < has_.size() && has_[node]; }

 private:
  std::vector<bool> has_;
};

// Results and the nodes that make them, of which a function is to be made.
struct Piece {
  std::vector<std::string> results;
  std::set<std::size_t> nodes = {};
  std::vector<std::string> before = {};   // control inputs from outside: what runs before all of it
  std::vector<std::size_t> changes = {};  // those of its nodes that change state
  bool ready = true;                      // nothing in it has yet to be rewritten
};

class FrameLowering {
 public:
  FrameLowering(std::vector<TfNodeDef>& nodes, std::vector<TfFunctionDef>& functions,
                std::string prefix);

  Status run();

 private:
  struct Loop {
    std::vector<std::size_t> enters, merges, switches, nexts;  // of variables; SIZE_MAX: none
    std::vector<std::size_t> constants;                        // enters that keep their value
    std::size_t cond = SIZE_MAX;
  };
  // A merge's inputs: the one taken where the predicate fails, the one where it holds.
  struct Sides {
    std::size_t merge;
    std::string predicate;
    std::string inputs[2];
    int places[2];  // among the merge's inputs
  };
  struct SwitchPort {
    std::size_t node = SIZE_MAX;
    std::size_t port = 0;
    bool ready = true;
  };
  // What a node's result is called in a piece when it comes in from outside: an argument's name;
  // else nothing.
  using Stop = std::function<std::string(const std::string& input, std::size_t node)>;

  std::size_t find(const std::string& input) const;
  bool is_ordered(std::size_t node) const { return node < ordered_.size() && ordered_[node]; }
  std::vector<bool> behind(std::vector<std::size_t> nodes);
  std::vector<bool> after(const std::vector<std::size_t>& nodes);
  Piece cut(std::vector<std::string> results, const Stop& stop, const Nodes& inside);
  std::string add_function(const std::string& name, std::size_t arguments, const Piece& piece,
                           const Stop& stop, std::vector<TfNodeDef> more = {});
  void add_node(TfNodeDef node, bool changes);
  static void lift(const std::vector<std::string>& controls, TfNodeDef& node);

  Result<Loop> loop_of(const std::string& frame);
  Result<bool> lower_loop(const std::string& frame);
  void replace_loop(const Loop& loop, const std::string& name);

  bool is_branch_end(std::size_t merge) const;
  std::string predicate_of(std::size_t node) const;
  std::vector<std::size_t> switches_of(const std::string& predicate) const;
  SwitchPort switch_before(const std::string& input, bool by_controls);
  Result<std::optional<Sides>> sides_of(std::size_t merge);
  Result<bool> add_joined(std::vector<Sides>& branch, const std::vector<std::size_t>& changes);
  Result<bool> lower_branch(std::size_t merge);
  void replace_branch(const std::vector<Sides>& branch, const std::string& name);

  Error bad(std::size_t node, std::string message, Code code = Code::kInvalidModel) const {
    return {code, std::move(message), "node '" + nodes_[node].name + "' (" + nodes_[node].op + ")"};
  }

  std::vector<TfNodeDef>& nodes_;
  std::vector<TfFunctionDef>& functions_;
  std::string prefix_;
  std::unordered_map<std::string, std::size_t> names_;
  std::vector<bool> changes_;  // by node: it changes state
  std::vector<bool> ordered_;  // by node: such a node runs before it; empty when there is none
  std::int64_t visits_left_;   // of nodes, all walks together
  std::int64_t copies_left_;   // of nodes into functions
};

}  // namespace tare
