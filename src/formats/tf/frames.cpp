// Works from the inside out: a loop or branch is rewritten when nothing between its ends is one
// itself. Nodes are cut out backwards from a result, up to the nodes that bring values in, which
// become arguments.
#include "formats/tf/frames.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

namespace tare {
namespace {

bool is_op(const TfNodeDef& n, std::string_view op) {
  return n.op == op || (n.op.starts_with("Ref") && n.op.substr(3) == op);
}

struct Reference {
  std::string name;
  std::size_t port = 0;
};

Reference reference(const std::string& text) {
  const std::size_t start = text.starts_with('^') ? 1 : 0;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text.substr(start), 0};
  const std::string port = text.substr(colon + 1);
  std::string name = text.substr(start, colon - start);
  // In a function a reference names the output too; Switch's second one is output_true.
  const std::size_t inner = name.find(':');
  if (inner != std::string::npos)
    return {name.substr(0, inner),
            name.substr(inner + 1) == "output_true" ? std::size_t{1} : std::size_t{0}};
  return {name,
          port.size() < 6 && !port.empty() &&
                  std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; })
              ? static_cast<std::size_t>(std::stoul(port))
              : 0};
}

bool is_control(const std::string& input) { return input.starts_with('^'); }

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
  std::string add_function(std::string name, std::size_t arguments, Piece piece);
  Error bad(std::size_t node, std::string message) const {
    return {Code::kInvalidModel, std::move(message),
            "node '" + nodes_[node].name + "' (" + nodes_[node].op + ")"};
  }

  std::vector<TfNodeDef>& nodes_;
  std::vector<TfFunctionDef>& functions_;
  std::string prefix_;
  std::unordered_map<std::string, std::size_t> names_;
};

std::string argument_name(std::size_t i) { return "argument " + std::to_string(i); }

TfAttr function_attr(std::string name) {
  return {.kind = TfAttr::Kind::kFunction, .text = std::move(name)};
}

std::string frame_of(const TfNodeDef& node) {
  const TfAttr* a = node.find("frame_name");
  return a != nullptr && a->kind == TfAttr::Kind::kString ? a->text : std::string();
}

void FrameLowering::index() {
  names_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) names_.emplace(nodes_[i].name, i);
}

std::size_t FrameLowering::find(const std::string& input) const {
  const auto found = names_.find(reference(input).name);
  return found == names_.end() ? SIZE_MAX : found->second;
}

Piece FrameLowering::cut(const std::vector<std::string>& results, const Stop& stop) const {
  Piece piece;
  std::set<std::size_t> seen;
  std::vector<std::size_t> open;
  const auto follow = [&](const std::string& input) {
    const std::size_t node = find(input);
    if (node == SIZE_MAX) return input;  // an argument of the function around
    const std::string argument = stop(node, reference(input).port);
    if (!argument.empty()) return argument;
    if (seen.insert(node).second) open.push_back(node);
    return input;
  };
  for (const std::string& result : results) piece.results.push_back(follow(result));
  while (!open.empty()) {
    TfNodeDef node = nodes_[open.back()];
    open.pop_back();
    for (const char* op : {"Exit", "Enter", "Merge", "NextIteration", "LoopCond", "Switch"})
      piece.ready &= !is_op(node, op);
    std::erase_if(node.inputs, is_control);
    for (std::string& input : node.inputs) input = follow(input);
    piece.nodes.push_back(std::move(node));
  }
  return piece;
}

std::string FrameLowering::add_function(std::string name, std::size_t arguments, Piece piece) {
  TfFunctionDef f;
  f.name = prefix_ + name;
  for (std::size_t i = 0; i < arguments; ++i) f.inputs.push_back({argument_name(i), {}});
  for (std::size_t i = 0; i < piece.results.size(); ++i) {
    const std::string output = "result " + std::to_string(i);
    f.outputs.push_back({output, {}});
    f.results.emplace_back(output, piece.results[i]);
  }
  f.nodes = std::move(piece.nodes);
  functions_.push_back(std::move(f));
  return functions_.back().name;
}

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
        note(node, reference(at).port);
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

Status FrameLowering::run() {
  index();
  std::set<std::string> frames;
  std::size_t merges = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_op(nodes_[i], "Merge")) ++merges;
    if (!is_op(nodes_[i], "Enter")) continue;
    if (frame_of(nodes_[i]).empty()) return bad(i, "frame_name: the attribute is missing");
    frames.insert(frame_of(nodes_[i]));
  }
  if (frames.size() > 1000 || merges > 20000)
    return Error{Code::kBudgetExceeded, "too many loops or branches", {}};
  for (bool progress = true; progress;) {
    progress = false;
    for (auto frame = frames.begin(); frame != frames.end();) {
      const auto done = lower_loop(*frame);
      if (!done) return done.error();
      progress |= *done;
      frame = *done ? frames.erase(frame) : std::next(frame);
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!is_op(nodes_[i], "Merge")) continue;
      const auto loops = std::any_of(
          nodes_[i].inputs.begin(), nodes_[i].inputs.end(), [&](const std::string& input) {
            const std::size_t from = find(input);
            return from != SIZE_MAX &&
                   (is_op(nodes_[from], "NextIteration") || is_op(nodes_[from], "Enter"));
          });
      if (loops) continue;
      const auto done = lower_branch(i);
      if (!done) return done.error();
      progress |= *done;
    }
  }
  if (!frames.empty())
    return Error{Code::kInvalidModel, "a loop is no loop by itself",
                 "frame '" + *frames.begin() + "'"};
  return {};
}

}  // namespace

Status lower_frames(TfGraphDef& graph) {
  std::vector<TfFunctionDef> made;
  if (Status status = FrameLowering(graph.nodes, made, "").run(); !status) return status;
  for (TfFunctionDef& f : graph.functions) {
    if (Status status = FrameLowering(f.nodes, made, f.name + "/").run(); !status) return status;
  }
  for (TfFunctionDef& f : made) graph.functions.push_back(std::move(f));
  return {};
}

}  // namespace tare
