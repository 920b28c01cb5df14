// Branches of version 1 (Switch, Merge) as an If node and two functions. Each result of a branch
// has a merge of its own; those that need the same change of state must be rewritten as one.
#include <algorithm>

#include "formats/tf/frame_lowering.h"

namespace tare {
namespace {

TfNodeDef number_node(std::string name, int value) {
  TfTensor number{.type = {3}, .shape = {}};
  number.integers = {value};
  TfNodeDef node{std::move(name), "Const", {}, {}};
  node.attrs.emplace_back(
      "value", TfAttr{.kind = TfAttr::Kind::kTensor, .tensor = std::make_shared<TfTensor>(number)});
  node.attrs.emplace_back("dtype", TfAttr{.kind = TfAttr::Kind::kType, .type = {3}});
  return node;
}

// Tensors from outside that a branch takes, each once.
class Captures {
 public:
  std::string name_of(const std::string& tensor) {
    const auto [at, added] = places_.emplace(tensor, tensors_.size());
    if (added) tensors_.push_back(tensor);
    return argument_name(at->second);
  }
  const std::vector<std::string>& tensors() const { return tensors_; }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::string> tensors_;
};

}  // namespace

// The nearest Switch upwards.
FrameLowering::SwitchPort FrameLowering::switch_before(const std::string& input, bool by_controls) {
  std::set<std::size_t> seen;
  std::vector<std::string> open{input};
  for (std::size_t at = 0; at < open.size() && visits_left_ > 0; ++at) {
    const std::size_t node = find(open[at]);
    if (node == SIZE_MAX) continue;
    if (is_op(nodes_[node], "Switch") && nodes_[node].inputs.size() >= 2)
      return {node, tensor_reference(open[at]).port};
    for (const char* op : {"Exit", "Enter", "Merge", "NextIteration", "LoopCond"}) {
      if (is_op(nodes_[node], op)) return {.ready = false};
    }
    if (!seen.insert(node).second) continue;
    --visits_left_;
    for (const std::string& next : nodes_[node].inputs) {
      if (by_controls || !is_control(next)) open.push_back(next);
    }
  }
  return {.ready = visits_left_ > 0};
}

bool FrameLowering::is_branch_end(std::size_t merge) const {
  if (!is_op(nodes_[merge], "Merge")) return false;
  const auto& inputs = nodes_[merge].inputs;
  return std::none_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
    const std::size_t from = find(input);
    return from != SIZE_MAX &&
           (is_op(nodes_[from], "NextIteration") || is_op(nodes_[from], "Enter"));
  });
}

// The tensor that a Switch hangs on, by its name at the source.
std::string FrameLowering::predicate_of(std::size_t node) const {
  std::string predicate = nodes_[node].inputs[1];
  for (std::size_t from = find(predicate), step = 0;
       from != SIZE_MAX && nodes_[from].op == "Identity" && !nodes_[from].inputs.empty() &&
       step < 8;
       from = find(predicate), ++step) {
    predicate = nodes_[from].inputs[0];
  }
  return predicate;
}

std::vector<std::size_t> FrameLowering::switches_of(const std::string& predicate) const {
  std::vector<std::size_t> switches;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_op(nodes_[i], "Switch") && nodes_[i].inputs.size() >= 2 && predicate_of(i) == predicate)
      switches.push_back(i);
  }
  return switches;
}

// Nothing while something before the merge has yet to be rewritten.
Result<std::optional<FrameLowering::Sides>> FrameLowering::sides_of(std::size_t merge) {
  std::vector<std::string> inputs(nodes_[merge].inputs);
  std::erase_if(inputs, is_control);
  if (inputs.size() != 2) return bad(merge, "takes 2 inputs");
  // A branch of constants alone hangs on the predicate by control inputs: Identity of a Switch.
  for (const bool by_controls : {false, true}) {
    for (int side = 0; side < 2; ++side) {
      const SwitchPort found = switch_before(inputs[static_cast<std::size_t>(side)], by_controls);
      if (!found.ready) return std::optional<Sides>();
      if (found.node == SIZE_MAX) continue;
      const int holds = found.port == 1 ? side : 1 - side;
      return std::optional(Sides{
          merge, predicate_of(found.node), {inputs[1 - holds], inputs[holds]}, {1 - holds, holds}});
    }
  }
  return bad(merge, "no Switch says which input to take");
}

// Adds the merges that need these changes too. One behind another is of a later branch. False:
// one of them cannot be read yet.
Result<bool> FrameLowering::add_joined(std::vector<Sides>& branch,
                                       const std::vector<std::size_t>& changes) {
  const std::vector<bool> changed = after(changes);
  std::vector<Sides> alike;
  std::vector<std::size_t> merges{branch[0].merge}, unread;
  for (std::size_t i = 0; i < nodes_.size() && visits_left_ > 0; ++i) {
    if (!changed[i] || i == branch[0].merge || !is_branch_end(i)) continue;
    auto sides = sides_of(i);
    if (!sides) return sides.error();
    if (!*sides) {
      unread.push_back(i);
    } else if ((*sides)->predicate == branch[0].predicate) {
      alike.push_back(**sides);
      merges.push_back(i);
    }
  }
  const std::vector<bool> later = behind(merges);
  for (const std::size_t i : unread) {
    if (!later[i]) return false;
  }
  for (Sides& sides : alike) {
    if (!later[sides.merge]) branch.push_back(std::move(sides));
  }
  return true;
}

// The merges give what the If node of this name gives: of each the value, and which input it was.
void FrameLowering::replace_branch(const std::vector<Sides>& branch, const std::string& name) {
  for (std::size_t i = 0; i < branch.size(); ++i) {
    TfNodeDef& merge = nodes_[branch[i].merge];
    merge.op = "IdentityN";
    merge.attrs.clear();
    std::erase_if(merge.inputs, [](const std::string& input) { return !is_control(input); });
    merge.inputs.insert(merge.inputs.begin(), {name + ":" + std::to_string(i),
                                               name + ":" + std::to_string(branch.size() + i)});
  }
}

Result<bool> FrameLowering::lower_branch(std::size_t merge) {
  auto sides = sides_of(merge);
  if (!sides) return sides.error();
  if (!*sides) return false;
  std::vector<Sides> branch{**sides};
  const std::string& predicate = (*sides)->predicate;
  // Where no change of state comes before the merge, none is in its branches.
  const Nodes inside(is_ordered(merge) ? after(switches_of(predicate)) : std::vector<bool>());
  Captures captures;
  std::vector<std::string> before;
  bool mixed = false;
  const Stop stop = [&](const std::string& input, std::size_t node) -> std::string {
    const auto& inputs = nodes_[node].inputs;
    if (!is_op(nodes_[node], "Switch") || inputs.size() < 2)
      return is_ordered(node) && !inside.has(node) ? captures.name_of(input) : std::string();
    mixed |= predicate_of(node) != predicate;
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(before), [&](const auto& i) {
      return is_control(i) && is_ordered(find(i)) && !inside.has(find(i));
    });
    return captures.name_of(inputs[0]);
  };
  Piece pieces[2];
  const auto cut_both = [&] {
    for (int holds = 0; holds < 2; ++holds) {
      std::vector<std::string> results;
      for (const Sides& s : branch) results.push_back(s.inputs[holds]);
      pieces[holds] = cut(std::move(results), stop, inside);
    }
    return pieces[0].ready && pieces[1].ready;
  };
  if (!cut_both()) return false;
  std::vector<std::size_t> changes(pieces[0].changes);
  changes.insert(changes.end(), pieces[1].changes.begin(), pieces[1].changes.end());
  if (!changes.empty()) {
    auto joined = add_joined(branch, changes);
    if (!joined) return joined.error();
    if (!*joined || !cut_both()) return false;
  }
  if (mixed) return bad(merge, "its inputs hang on two conditions", Code::kUnsupported);
  TfNodeDef node{"if " + nodes_[merge].name, "If", {predicate}, {}};
  for (int holds = 0; holds < 2; ++holds) {
    std::vector<TfNodeDef> places;
    for (std::size_t i = 0; i < branch.size(); ++i)
      places.push_back(number_node("place " + std::to_string(i), branch[i].places[holds]));
    const std::string name =
        add_function((holds ? "then of " : "else of ") + nodes_[merge].name,
                     captures.tensors().size(), pieces[holds], stop, std::move(places));
    node.attrs.emplace_back(holds ? "then_branch" : "else_branch", function_attr(name));
  }
  node.inputs.insert(node.inputs.end(), captures.tensors().begin(), captures.tensors().end());
  for (const Piece& piece : pieces) lift(piece.before, node);
  lift(before, node);
  replace_branch(branch, node.name);
  add_node(std::move(node), !changes.empty());
  return true;
}

}  // namespace tare
