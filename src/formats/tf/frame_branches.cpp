// A branch of version 1 (Switch, Merge) as an If node and two functions.
#include <algorithm>

#include "formats/tf/frame_lowering.h"

namespace tare {

Result<bool> FrameLowering::lower_branch(std::size_t merge) {
  const std::vector<std::string> inputs(nodes_[merge].inputs);
  if (std::count_if(inputs.begin(), inputs.end(), [](const auto& i) { return !is_control(i); }) !=
      2)
    return bad(merge, "takes 2 inputs");
  std::vector<std::pair<std::size_t, std::string>> captured;  // switch, what it switches
  std::string predicate;
  bool mixed = false;
  int true_side = -1;  // which input of the merge runs where the predicate holds
  int side = 0;
  const auto note = [&](std::size_t node, std::size_t port) {
    const std::string& p = nodes_[node].inputs[1];
    if (predicate.empty()) predicate = p;
    mixed |= predicate != p;
    true_side = port == 1 ? side : 1 - side;
  };
  const auto stop = [&](std::size_t node, std::size_t port) -> std::string {
    if (!is_op(nodes_[node], "Switch") || nodes_[node].inputs.size() < 2) return {};
    note(node, port);
    for (std::size_t i = 0; i < captured.size(); ++i) {
      if (captured[i].first == node) return argument_name(i);
    }
    captured.emplace_back(node, nodes_[node].inputs[0]);
    return argument_name(captured.size() - 1);
  };
  Piece pieces[2];
  for (side = 0; side < 2; ++side) {
    pieces[side] = cut({inputs[static_cast<std::size_t>(side)]}, stop);
    if (!pieces[side].ready) return false;
  }
  // A branch of constants alone hangs on the predicate by control inputs: Identity of a Switch.
  for (side = 0; side < 2 && true_side < 0; ++side) {
    std::string at = inputs[static_cast<std::size_t>(side)];
    for (int steps = 0; steps < 8 && !at.empty(); ++steps) {
      const std::size_t node = find(at);
      if (node == SIZE_MAX) break;
      if (is_op(nodes_[node], "Switch") && nodes_[node].inputs.size() >= 2) {
        note(node, tensor_reference(at).port);
        break;
      }
      at = nodes_[node].inputs.empty() ? std::string() : nodes_[node].inputs[0];
    }
  }
  if (predicate.empty() || true_side < 0) return bad(merge, "no Switch says which input to take");
  if (mixed)
    return Error{Code::kUnsupported, "its inputs hang on two conditions", bad(merge, {}).where};
  TfNodeDef& node = nodes_[merge];
  node.attrs.clear();
  node.inputs = {predicate};
  for (const auto& [from, what] : captured) node.inputs.push_back(what);
  for (int s = 0; s < 2; ++s) {
    TfNodeDef taken{"taken input", "Const", {}, {}};
    TfTensor number{.type = {3}, .shape = {}};
    number.integers = {s};
    taken.attrs.emplace_back("value", TfAttr{.kind = TfAttr::Kind::kTensor, .tensor = {number}});
    taken.attrs.emplace_back("dtype", TfAttr{.kind = TfAttr::Kind::kType, .type = {3}});
    pieces[s].nodes.push_back(std::move(taken));
    pieces[s].results.push_back("taken input");
    const std::string name = add_function((s == true_side ? "then of " : "else of ") + node.name,
                                          captured.size(), std::move(pieces[s]));
    node.attrs.emplace_back(s == true_side ? "then_branch" : "else_branch", function_attr(name));
  }
  node.op = "If";
  return true;
}

}  // namespace tare
