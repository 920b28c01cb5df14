// A loop of version 1 (Enter, Merge, Switch, LoopCond, NextIteration, Exit) as a While node and two
// functions.
#include <map>

#include "formats/tf/frame_lowering.h"

namespace tare {

Result<FrameLowering::Loop> FrameLowering::loop_of(const std::string& frame) const {
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
  loop.exits.assign(loop.merges.size(), SIZE_MAX);
  std::map<std::size_t, std::size_t> switch_place;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!is_op(nodes_[i], "Switch") || nodes_[i].inputs.size() < 2) continue;
    const auto at = place.find(find(nodes_[i].inputs[0]));
    if (at == place.end()) continue;
    std::size_t cond = find(nodes_[i].inputs[1]);
    if (cond == SIZE_MAX || !is_op(nodes_[cond], "LoopCond")) continue;
    if (loop.cond != SIZE_MAX && loop.cond != cond) return bad(i, "a loop has two conditions");
    loop.cond = cond;
    loop.switches[at->second] = i;
    switch_place.emplace(i, at->second);
  }
  if (loop.cond == SIZE_MAX || nodes_[loop.cond].inputs.empty())
    return Error{Code::kInvalidModel, "the loop has no LoopCond", "frame '" + frame + "'"};
  return loop;
}

Result<bool> FrameLowering::lower_loop(const std::string& frame) {
  auto found = loop_of(frame);
  if (!found) return found.error();
  const Loop& loop = *found;
  const std::size_t variables = loop.merges.size();
  const auto argument_of = [&](std::size_t node, std::size_t port) -> std::string {
    for (std::size_t i = 0; i < variables; ++i) {
      if (node == loop.merges[i] || (node == loop.switches[i] && port == 1))
        return argument_name(i);
    }
    for (std::size_t i = 0; i < loop.constants.size(); ++i) {
      if (node == loop.constants[i]) return argument_name(variables + i);
    }
    return {};
  };
  std::vector<std::string> next;
  for (const std::size_t n : loop.nexts) next.push_back(nodes_[n].inputs[0]);
  Piece cond = cut({nodes_[loop.cond].inputs[0]}, argument_of);
  Piece body = cut(next, argument_of);
  if (!cond.ready || !body.ready) return false;
  for (std::size_t i = 0; i < loop.constants.size(); ++i)
    body.results.push_back(argument_name(variables + i));
  const std::size_t arguments = variables + loop.constants.size();
  TfNodeDef node;
  node.name = prefix_ + "while " + frame;
  node.op = "While";
  for (const std::size_t e : loop.enters) node.inputs.push_back(nodes_[e].inputs[0]);
  for (const std::size_t e : loop.constants) node.inputs.push_back(nodes_[e].inputs[0]);
  node.attrs.emplace_back(
      "cond", function_attr(add_function("cond of " + frame, arguments, std::move(cond))));
  node.attrs.emplace_back(
      "body", function_attr(add_function("body of " + frame, arguments, std::move(body))));
  for (TfNodeDef& exit : nodes_) {
    if (!is_op(exit, "Exit") || exit.inputs.empty()) continue;
    const std::size_t from = find(exit.inputs[0]);
    for (std::size_t i = 0; i < variables; ++i) {
      if (from == SIZE_MAX || from != loop.switches[i]) continue;
      exit.op = "Identity";
      exit.inputs = {node.name + ":" + std::to_string(i)};
    }
  }
  // What is left of the loop must not be a circle, nor be taken for a loop again.
  for (const std::size_t m : loop.merges) nodes_[m].op = "Identity", nodes_[m].inputs.resize(1);
  for (const std::size_t e : loop.enters) nodes_[e].op = "Identity", nodes_[e].inputs.resize(1);
  for (const std::size_t e : loop.constants) nodes_[e].op = "Identity", nodes_[e].inputs.resize(1);
  nodes_.push_back(std::move(node));
  index();
  return true;
}

}  // namespace tare
