// What an op's infer sees and says: types of inputs, known contents of small integer tensors, types
// of outputs. Shapes may hold unknowns; an infer that cannot know an extent yet says kUnknownDim
// (or Shape::unknown()). The first failure sticks; the caller adds the node's name.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"

namespace tare {

class InferContext {
 public:
  // Types of a graph's outputs for given input types; wired by whoever infers (bodies of while, if,
  // calls).
  using CallGraph =
      std::function<Result<std::vector<TensorType>>(GraphId, std::span<const TensorType>)>;

  InferContext(std::span<const Value* const> inputs, std::size_t outputs,
               const CallGraph* call = nullptr)
      : inputs_(inputs), types_(outputs), contents_(outputs), call_(call) {}

  int inputs() const { return static_cast<int>(inputs_.size()); }
  int outputs() const { return static_cast<int>(types_.size()); }
  bool has(int i) const { return i < inputs() && inputs_[static_cast<std::size_t>(i)] != nullptr; }
  const TensorType& type(int i) const { return value(i).type; }
  DType dtype(int i) const { return type(i).dtype; }
  const Shape& shape(int i) const { return type(i).shape; }
  const Value& value(int i) const { return *inputs_[static_cast<std::size_t>(i)]; }

  // Elements of an integer or bool input, as far as they are known; empty when nothing is.
  std::optional<Contents> contents(int i) const;
  // The same when every element is a number.
  std::optional<std::vector<std::int64_t>> integers(int i) const;

  void output(int i, DType dtype, Shape shape) {
    types_[static_cast<std::size_t>(i)] = tensor_type(dtype, shape);
  }
  void output(int i, TensorType type) { types_[static_cast<std::size_t>(i)] = std::move(type); }
  // The shape that input i, a variable, must have for these inputs: state follows a batch that
  // changes.
  void variable_shape(int i, Shape shape) { variables_.emplace_back(i, shape); }
  // Contents are for shapes and indices; of longer tensors nothing is kept.
  static constexpr std::int64_t kMaxContents = 4096;
  void output_contents(int i, Contents contents) {
    if (static_cast<std::int64_t>(contents.size()) > kMaxContents) return;
    contents_[static_cast<std::size_t>(i)] = std::move(contents);
  }

  Result<std::vector<TensorType>> call(GraphId graph, std::span<const TensorType> inputs) const;

  // Records the failure when the condition does not hold; returns the condition.
  bool require(bool condition, std::string_view message);
  void fail(std::string_view message, Code code = Code::kInvalidModel) {
    sink_.fail(message, code);
  }
  void fail(Error&& error) { sink_.fail(std::move(error)); }
  void fail(const Error& error) { sink_.fail(error); }
  bool ok() const { return sink_.ok(); }
  const Error& error() const { return sink_.error(); }

  std::vector<TensorType>& types() { return types_; }
  std::vector<std::optional<Contents>>& output_contents() { return contents_; }
  std::vector<std::pair<int, Shape>>& variable_shapes() { return variables_; }

 private:
  std::span<const Value* const> inputs_;
  std::vector<TensorType> types_;
  std::vector<std::optional<Contents>> contents_;
  std::vector<std::pair<int, Shape>> variables_;
  const CallGraph* call_;
  ErrorSink sink_;
};

// How much may be kept of contents: those of shapes always, of longer ones a million elements in
// all, because each of a million nodes could have some.
class ContentsAllowance {
 public:
  explicit ContentsAllowance(std::size_t elements = 1u << 20) : left_(elements) {}
  std::optional<Contents> keep(std::optional<Contents> contents) {
    if (!contents || contents->size() <= kMaxRank) return contents;
    if (contents->size() > left_) return std::nullopt;
    left_ -= contents->size();
    return contents;
  }

 private:
  std::size_t left_;
};

// Runs an op's infer over values of a graph. Absent inputs are null. The node's name goes into
// errors.
struct Inferred {
  std::vector<TensorType> types;
  std::vector<std::optional<Contents>> contents;
  std::vector<std::pair<int, Shape>>
      variables;  // shapes that inputs must have, where they are variables
};
Result<Inferred> infer_node(const Node& node, std::span<const Value* const> inputs,
                            const InferContext::CallGraph* call = nullptr);

// "node 'conv_1' (conv_2d)"
std::string node_place(const Node& node);

// True when what inference says of element type and shape may be what a file declares.
bool type_fits(const TensorType& inferred, const TensorType& declared);

}  // namespace tare
