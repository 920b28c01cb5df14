// A loop of version 1 (Enter, Merge, Switch, LoopCond, NextIteration, Exit) as a While node and two
// functions.
#include <algorithm>
#include <map>

#include "formats/tf/frame_lowering.h"

namespace tare {

Result<FrameLowering::Loop> FrameLowering::loop_of(const std::string& frame) {
  visits_left_ -= static_cast<std::int64_t>(nodes_.size() / 8);
  Loop loop;
  std::map<std::size_t, std::size_t> merge_of;  // by enter
  std::map<std::size_t, std::size_t> place;     // of a merge among the variables
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_op(nodes_[i], "Merge") && !nodes_[i].inputs.empty())
      merge_of.emplace(find(nodes_[i].inputs[0]), i);
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!is_op(nodes_[i], "Enter") || frame_of(nodes_[i]) != frame) continue;
    if (nodes_[i].inputs.empty()) return bad(i, "takes 1 input, got 0");
    const auto merge = merge_of.find(i);
    if (merge == merge_of.end()) {
      loop.constants.push_back(i);
      continue;
    }
    const auto& inputs = nodes_[merge->second].inputs;
    const std::size_t next = inputs.size() == 2 ? find(inputs[1]) : SIZE_MAX;
    if (next == SIZE_MAX || !is_op(nodes_[next], "NextIteration") || nodes_[next].inputs.empty()) {
      return bad(merge->second, "a loop's value needs an Enter and a NextIteration");
    }
    place.emplace(merge->second, loop.merges.size());
    loop.enters.push_back(i);
    loop.merges.push_back(merge->second);
    loop.nexts.push_back(next);
  }
  loop.switches.assign(loop.merges.size(), SIZE_MAX);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!is_op(nodes_[i], "Switch") || nodes_[i].inputs.size() < 2) continue;
    const auto at = place.find(find(nodes_[i].inputs[0]));
    if (at == place.end()) continue;
    std::size_t cond = find(nodes_[i].inputs[1]);
    if (cond == SIZE_MAX || !is_op(nodes_[cond], "LoopCond")) continue;
    if (loop.cond != SIZE_MAX && loop.cond != cond) return bad(i, "a loop has two conditions");
    loop.cond = cond;
    loop.switches[at->second] = i;
  }
  if (loop.cond == SIZE_MAX || nodes_[loop.cond].inputs.empty())
    return Error{Code::kInvalidModel, "the loop has no LoopCond", "frame '" + frame + "'"};
  return loop;
}

// The loop's exits give what the While node of this name gives. What is left of the loop must not
// be a circle, nor be taken for a loop again.
void FrameLowering::replace_loop(const Loop& loop, const std::string& name) {
  std::unordered_map<std::size_t, std::size_t> results;  // by switch
  for (std::size_t i = 0; i < loop.switches.size(); ++i) results.emplace(loop.switches[i], i);
  results.erase(SIZE_MAX);
  for (TfNodeDef& exit : nodes_) {
    if (!is_op(exit, "Exit") || exit.inputs.empty()) continue;
    const auto result = results.find(find(exit.inputs[0]));
    if (result == results.end()) continue;
    exit.op = "Identity";
    exit.inputs[0] = name + ":" + std::to_string(result->second);
  }
  for (const auto* left : {&loop.merges, &loop.enters, &loop.constants}) {
    for (const std::size_t n : *left) nodes_[n].op = "Identity", nodes_[n].inputs.resize(1);
  }
}

Result<bool> FrameLowering::lower_loop(const std::string& frame) {
  auto found = loop_of(frame);
  if (!found) return found.error();
  const Loop& loop = *found;
  std::unordered_map<std::size_t, std::size_t> arguments;  // by node
  const std::size_t count = loop.merges.size() + loop.constants.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool varies = i < loop.merges.size();
    arguments.emplace(varies ? loop.merges[i] : loop.constants[i - loop.merges.size()], i);
    if (varies) arguments.emplace(loop.switches[i], i);
  }
  const Stop stop = [&](const std::string& input, std::size_t node) {
    const auto at = arguments.find(node);
    const bool leaves =
        at != arguments.end() && is_op(nodes_[node], "Switch") && tensor_reference(input).port != 1;
    return at == arguments.end() || leaves ? std::string() : argument_name(at->second);
  };
  std::vector<std::string> next;
  for (const std::size_t n : loop.nexts) next.push_back(nodes_[n].inputs[0]);
  std::vector<std::size_t> entries(loop.merges);
  entries.insert(entries.end(), loop.constants.begin(), loop.constants.end());
  // A change of state within the loop comes before its next round, or before its condition.
  const bool has_order =
      is_ordered(loop.cond) || std::any_of(loop.merges.begin(), loop.merges.end(),
                                           [&](std::size_t merge) { return is_ordered(merge); });
  const Nodes inside(has_order ? after(entries) : std::vector<bool>());
  const Piece cond = cut({nodes_[loop.cond].inputs[0]}, stop, inside);
  Piece body = cut(std::move(next), stop, inside);
  if (!cond.ready || !body.ready) return false;
  for (const std::size_t change : body.changes) {
    if (cond.nodes.contains(change))
      return bad(change, "a loop's condition and body both need this change of state",
                 Code::kUnsupported);
  }
  for (const std::size_t e : loop.constants) body.results.push_back(nodes_[e].name);
  TfNodeDef node{prefix_ + "while " + frame, "While", {}, {}};
  for (const auto* enters : {&loop.enters, &loop.constants}) {
    for (const std::size_t e : *enters) node.inputs.push_back(nodes_[e].inputs[0]);
  }
  for (const auto* enters : {&loop.enters, &loop.constants}) {
    for (const std::size_t e : *enters)
      lift({nodes_[e].inputs.begin() + 1, nodes_[e].inputs.end()}, node);
  }
  lift(cond.before, node);
  lift(body.before, node);
  node.attrs.emplace_back("cond",
                          function_attr(add_function("cond of " + frame, count, cond, stop)));
  node.attrs.emplace_back("body",
                          function_attr(add_function("body of " + frame, count, body, stop)));
  replace_loop(loop, node.name);
  add_node(std::move(node), !cond.changes.empty() || !body.changes.empty());
  return true;
}

}  // namespace tare
