// Sweeps: rules see the graph as it was when the sweep began, and rewrites of one sweep share no
// node.
#include "ir/rewrite.h"

#include <algorithm>

#include "ir/op_def.h"

namespace tare {

bool has_attributes(const OpDef* op, const char* type) {
  return op != nullptr && op->attributes == type;
}

Uses::Uses(const Graph& graph)
    : producer_(graph.values.size(), npos), readers_(graph.values.size()) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const ValueId id : graph.nodes[n].inputs)
      if (id != ValueId::kNone) readers_[index(id)].push_back(n);
    for (const ValueId id : graph.nodes[n].outputs)
      if (id != ValueId::kNone) producer_[index(id)] = n;
  }
  for (const ValueId id : graph.outputs) readers_[index(id)].push_back(npos);
}

namespace {

// Follows forwards of forwards; chains are as short as the rewrites of one sweep.
ValueId resolve(const std::vector<ValueId>& forward, ValueId id) {
  while (id != ValueId::kNone && index(id) < forward.size() && forward[index(id)] != ValueId::kNone)
    id = forward[index(id)];
  return id;
}

int sweep(Graph& graph, const Rule& rule) {
  const Uses uses(graph);
  std::vector<bool> touched(graph.nodes.size(), false), removed(graph.nodes.size(), false);
  std::vector<std::vector<Node>> added(graph.nodes.size());
  std::vector<ValueId> forward(graph.values.size(), ValueId::kNone);
  int count = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (touched[n]) continue;
    auto rewrite = rule(graph, uses, n);
    if (!rewrite) continue;
    if (std::any_of(rewrite->remove.begin(), rewrite->remove.end(),
                    [&](std::size_t r) { return touched[r]; }))
      continue;
    // Readers of forwarded values wait for the next sweep: what they read is about to change.
    for (const auto& [from, to] : rewrite->forward) {
      forward[index(from)] = to;
      for (const std::size_t r : uses.readers(from))
        if (r != Uses::npos) touched[r] = true;
    }
    for (const std::size_t r : rewrite->remove) touched[r] = removed[r] = true;
    const std::size_t place =
        rewrite->remove.empty() ? n
                                : *std::max_element(rewrite->remove.begin(), rewrite->remove.end());
    for (Node& node : rewrite->add) added[place].push_back(std::move(node));
    ++count;
  }
  if (count == 0) return 0;
  std::vector<Node> nodes;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (Node& node : added[n]) nodes.push_back(std::move(node));
    if (!removed[n]) nodes.push_back(std::move(graph.nodes[n]));
  }
  for (Node& node : nodes)
    for (ValueId& id : node.inputs) id = resolve(forward, id);
  for (ValueId& id : graph.outputs) id = resolve(forward, id);
  graph.nodes = std::move(nodes);
  return count;
}

}  // namespace

int rewrite_all(Graph& graph, const Rule& rule) {
  // Each rewrite removes or simplifies, so sweeps end; the bound guards against a rule that undoes
  // itself.
  constexpr int kMaxSweeps = 64;
  int total = 0;
  for (int i = 0; i < kMaxSweeps; ++i) {
    const int count = sweep(graph, rule);
    if (count == 0) break;
    total += count;
  }
  return total;
}

}  // namespace tare
