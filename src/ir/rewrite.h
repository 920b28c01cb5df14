// Changes to a graph as values. A rule looks at one node and may answer with a Rewrite; one driver
// applies what rules say, sweep by sweep, until nothing changes.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "ir/graph.h"

namespace tare {

struct Rewrite {
  std::vector<std::size_t> remove;                   // nodes, by index
  std::vector<Node> add;                             // stand where the last removed node stood
  std::vector<std::pair<ValueId, ValueId>> forward;  // who read the first reads the second
};

// Who makes and who reads each value, as of the start of a sweep.
class Uses {
 public:
  explicit Uses(const Graph& graph);
  // Node that makes the value, or npos.
  std::size_t producer(ValueId id) const { return producer_[index(id)]; }
  // Nodes that read it (an output of the graph counts as npos).
  const std::vector<std::size_t>& readers(ValueId id) const { return readers_[index(id)]; }
  // The one node that reads it, or npos when there are none, several, or it is an output.
  std::size_t only_reader(ValueId id) const {
    return readers(id).size() == 1 ? readers(id)[0] : npos;
  }
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  std::vector<std::size_t> producer_;
  std::vector<std::vector<std::size_t>> readers_;
};

// May add values (constants) to the graph, and nothing else.
using Rule =
    std::function<std::optional<Rewrite>(Graph& graph, const Uses& uses, std::size_t node)>;

// Applies the rule everywhere until it finds nothing more; returns how many rewrites were made.
int rewrite_all(Graph& graph, const Rule& rule);

// The same node with other attributes of the same type.
template <class A>
Node with_attributes(Node node, A attributes) {
  node.attributes = std::make_shared<const A>(std::move(attributes));
  return node;
}

}  // namespace tare
