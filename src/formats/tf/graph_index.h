// Who feeds whom in a graph or a function body: names become numbers once, checked, and nodes get
// an order in which each comes after its inputs.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/tf/graph_def.h"

namespace tare {

// One tensor: output `port` of a node; nodes beyond the last one stand for the function's
// arguments.
struct TfEdge {
  std::size_t node = 0;
  std::size_t port = 0;
  bool control = false;  // order alone
};

class TfGraphIndex {
 public:
  // Both must outlive the index. The function is null for a graph.
  static Result<TfGraphIndex> of(const std::vector<TfNodeDef>& nodes,
                                 const TfFunctionDef* function);

  const std::vector<TfNodeDef>& nodes() const { return *nodes_; }
  const std::vector<TfEdge>& inputs(std::size_t node) const { return inputs_[node]; }
  bool is_argument(const TfEdge& edge) const { return edge.node >= nodes_->size(); }
  Result<TfEdge> find(std::string_view tensor) const;
  // Nodes that the roots need, inputs first. An error where they need themselves.
  Result<std::vector<std::size_t>> order(const std::vector<TfEdge>& roots) const;
  Result<std::vector<std::size_t>> order_of_all() const;

 private:
  Result<TfEdge> find_in_function(std::string_view name, std::string_view rest) const;

  const std::vector<TfNodeDef>* nodes_ = nullptr;
  const TfFunctionDef* function_ = nullptr;
  std::unordered_map<std::string_view, std::size_t> names_;  // nodes, then arguments
  std::vector<std::vector<TfEdge>> inputs_;
};

}  // namespace tare
