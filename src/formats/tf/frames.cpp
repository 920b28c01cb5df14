// Cuts pieces out of a graph, and walks its loops and branches until none is left.
#include "formats/tf/frames.h"

#include <algorithm>
#include <set>

#include "formats/tf/frame_lowering.h"

namespace tare {

bool is_op(const TfNodeDef& n, std::string_view op) {
  return n.op == op || (n.op.starts_with("Ref") && n.op.substr(3) == op);
}

TensorReference tensor_reference(const std::string& text) {
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
  const auto found = names_.find(tensor_reference(input).name);
  return found == names_.end() ? SIZE_MAX : found->second;
}

Piece FrameLowering::cut(const std::vector<std::string>& results, const Stop& stop) const {
  Piece piece;
  std::set<std::size_t> seen;
  std::vector<std::size_t> open;
  const auto follow = [&](const std::string& input) {
    const std::size_t node = find(input);
    if (node == SIZE_MAX) return input;  // an argument of the function around
    std::string argument = stop(node, tensor_reference(input).port);
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

std::string FrameLowering::add_function(const std::string& name, std::size_t arguments,
                                        Piece piece) {
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
