// Walks loops and branches until none is left.
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

Status FrameLowering::run() {
  std::set<std::string> frames;
  std::vector<std::size_t> merges;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_branch_end(i)) merges.push_back(i);
    if (!is_op(nodes_[i], "Enter")) continue;
    if (frame_of(nodes_[i]).empty()) return bad(i, "frame_name: the attribute is missing");
    frames.insert(frame_of(nodes_[i]));
  }
  if (frames.size() > 1000 || merges.size() > 20000)
    return Error{Code::kBudgetExceeded, "too many loops or branches", {}};
  for (bool progress = true; progress;) {
    progress = false;
    for (auto frame = frames.begin(); frame != frames.end();) {
      const auto done = lower_loop(*frame);
      if (!done) return done.error();
      progress |= *done;
      frame = *done ? frames.erase(frame) : std::next(frame);
    }
    for (const std::size_t merge : merges) {
      if (!is_branch_end(merge)) continue;
      const auto done = lower_branch(merge);
      if (!done) return done.error();
      progress |= *done;
    }
    if (visits_left_ <= 0 || copies_left_ < 0)
      return Error{Code::kBudgetExceeded, "loops and branches share too many nodes", {}};
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
