// Cuts pieces out of a graph and makes functions of them.
#include <algorithm>

#include "formats/tf/frame_lowering.h"

namespace tare {
namespace {

// Calls may change state in what they call.
bool may_change_state(const TfNodeDef& node) {
  static constexpr std::string_view kCalls[] = {"StatefulPartitionedCall", "If", "While", "Case"};
  return changes_state(node.op) ||
         std::find(std::begin(kCalls), std::end(kCalls), node.op) != std::end(kCalls);
}

// A whole network may stand in a branch, but a node belongs to one: more is made to cost.
constexpr std::int64_t kMoreVisits = 8'000'000, kMoreCopies = 50'000;

}  // namespace

FrameLowering::FrameLowering(std::vector<TfNodeDef>& nodes, std::vector<TfFunctionDef>& functions,
                             std::string prefix)
    : nodes_(nodes),
      functions_(functions),
      prefix_(std::move(prefix)),
      visits_left_(16 * static_cast<std::int64_t>(nodes.size()) + kMoreVisits),
      copies_left_(static_cast<std::int64_t>(nodes.size()) + kMoreCopies) {
  std::vector<std::size_t> changing;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    names_.emplace(nodes_[i].name, i);
    changes_.push_back(may_change_state(nodes_[i]));
    if (changes_[i]) changing.push_back(i);
  }
  if (!changing.empty()) ordered_ = after(changing);
}

std::size_t FrameLowering::find(const std::string& input) const {
  const auto found = names_.find(tensor_reference(input).name);
  return found == names_.end() ? SIZE_MAX : found->second;
}

// All that take results of these nodes or wait for them, directly or not.
std::vector<bool> FrameLowering::behind(std::vector<std::size_t> nodes) {
  std::vector<bool> found(nodes_.size(), false);
  if (nodes.empty()) return found;
  std::vector<std::vector<std::size_t>> takers(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::string& input : nodes_[i].inputs) {
      const std::size_t from = find(input);
      if (from != SIZE_MAX) takers[from].push_back(i);
    }
  }
  visits_left_ -= static_cast<std::int64_t>(nodes_.size());
  while (!nodes.empty()) {
    const std::vector<std::size_t> next = std::move(takers[nodes.back()]);
    nodes.pop_back();
    for (const std::size_t node : next) {
      if (!found[node]) nodes.push_back(node);
      found[node] = true;
    }
  }
  return found;
}

// These nodes too.
std::vector<bool> FrameLowering::after(const std::vector<std::size_t>& nodes) {
  std::vector<bool> found = behind(nodes);
  for (const std::size_t node : nodes) found[node] = true;
  return found;
}

Piece FrameLowering::cut(std::vector<std::string> results, const Stop& stop, const Nodes& inside) {
  Piece piece{.results = std::move(results)};
  std::vector<std::size_t> open;
  const auto follow = [&](const std::string& input) {
    const std::size_t node = find(input);
    if (node == SIZE_MAX) return;  // an argument of the function around
    if (is_control(input) && !is_ordered(node)) return;
    if (is_control(input) && !inside.has(node)) return piece.before.push_back(input);
    if (stop(input, node).empty() && piece.nodes.insert(node).second) open.push_back(node);
  };
  for (const std::string& result : piece.results) follow(result);
  while (!open.empty() && piece.ready) {
    const std::size_t node = open.back();
    open.pop_back();
    for (const char* op : {"Exit", "Enter", "Merge", "NextIteration", "LoopCond", "Switch"})
      piece.ready &= !is_op(nodes_[node], op);
    if (changes_[node]) piece.changes.push_back(node);
    for (const std::string& input : nodes_[node].inputs) follow(input);
    piece.ready &= --visits_left_ > 0;
  }
  return piece;
}

std::string FrameLowering::add_function(const std::string& name, std::size_t arguments,
                                        const Piece& piece, const Stop& stop,
                                        std::vector<TfNodeDef> more) {
  TfFunctionDef f;
  f.name = prefix_ + name;
  for (std::size_t i = 0; i < arguments; ++i) f.inputs.push_back({argument_name(i), {}});
  const auto inner = [&](const std::string& input) {
    const std::size_t node = find(input);
    std::string argument = node == SIZE_MAX ? std::string() : stop(input, node);
    return argument.empty() ? input : argument;
  };
  const auto add_result = [&](const std::string& tensor) {
    const std::string output = "result " + std::to_string(f.outputs.size());
    f.outputs.push_back({output, {}});
    f.results.emplace_back(output, tensor);
  };
  for (const std::string& result : piece.results) add_result(inner(result));
  copies_left_ -= static_cast<std::int64_t>(piece.nodes.size());
  if (copies_left_ < 0) return f.name;
  for (const std::size_t number : piece.nodes) {
    TfNodeDef node = nodes_[number];
    std::erase_if(node.inputs, [&](const std::string& input) {
      return is_control(input) && !piece.nodes.contains(find(input));
    });
    for (std::string& input : node.inputs) {
      if (!is_control(input)) input = inner(input);
    }
    f.nodes.push_back(std::move(node));
  }
  for (TfNodeDef& node : more) {
    add_result(node.name);
    f.nodes.push_back(std::move(node));
  }
  functions_.push_back(std::move(f));
  return functions_.back().name;
}

void FrameLowering::add_node(TfNodeDef node, bool changes) {
  names_.emplace(node.name, nodes_.size());
  nodes_.push_back(std::move(node));
  changes_.push_back(changes);
  if (!ordered_.empty()) ordered_.push_back(changes);
}

// What had to run before a part of it runs before all of it.
void FrameLowering::lift(const std::vector<std::string>& controls, TfNodeDef& node) {
  for (const std::string& control : controls) {
    if (std::find(node.inputs.begin(), node.inputs.end(), control) == node.inputs.end())
      node.inputs.push_back(control);
  }
}

}  // namespace tare
