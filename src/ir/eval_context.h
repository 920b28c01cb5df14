// What a reference kernel sees: inputs, outputs of inferred shapes, scratch memory, and - for the
// few ops that need them - other graphs, resources and state. Kernels trust types, which infer has
// checked, and check data: indices, counts and sizes that come from tensors. The
// first failure sticks; the caller adds the node's name.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"
#include "ir/strings.h"
#include "ir/tensor.h"

namespace tare {

// Variables, hash tables and the like, by name; shared by all graphs of an executable, cleared by
// reset.
using Resources = std::map<std::string, ObjectPtr>;

// What the runner of a node offers to kernels. Constant folding offers allocate and scratch only.
class EvalHost {
 public:
  virtual ~EvalHost() = default;
  // Makes output i a tensor of this (known) shape; false after recording why not (budget, memory).
  virtual bool allocate(int output, const Shape& shape, ErrorSink& sink) = 0;
  // At least `bytes` bytes, aligned to 16, valid until the kernel returns; null when there is no
  // memory.
  virtual std::byte* scratch(std::size_t bytes) = 0;
  // That one output may take.
  virtual std::uint64_t max_bytes() const = 0;
  virtual Result<std::vector<TensorValue>> call(GraphId graph, std::span<const Tensor> inputs) = 0;
  virtual Resources* resources() { return nullptr; }
  // A slot that belongs to this node and outlives the run; cleared by reset.
  virtual ObjectPtr* node_state() { return nullptr; }
  // For random ops whose file gives no seed.
  virtual std::uint64_t seed() { return 0; }
  // Counts one trip of a loop; false when the budget of trips or seconds is used up.
  virtual bool spend_trip(ErrorSink& sink) = 0;
};

class EvalContext {
 public:
  EvalContext(const Node& node, std::span<Tensor* const> inputs, std::span<Tensor* const> outputs,
              EvalHost& host)
      : node_(node), inputs_(inputs), outputs_(outputs), host_(host) {}

  int inputs() const { return static_cast<int>(inputs_.size()); }
  int outputs() const { return static_cast<int>(outputs_.size()); }
  bool has(int i) const { return i < inputs() && inputs_[static_cast<std::size_t>(i)] != nullptr; }
  const Tensor& input(int i) const { return *inputs_[static_cast<std::size_t>(i)]; }
  // The handle that an input is; null when it holds none.
  ObjectPtr handle(int i) const { return input(i).handles.empty() ? nullptr : input(i).handles[0]; }
  // An input that is a variable of the graph (Value::is_variable), to be updated in place.
  Tensor& variable(int i) const { return *inputs_[static_cast<std::size_t>(i)]; }

  // An output whose shape inference knew.
  Tensor& output(int i) { return *outputs_[static_cast<std::size_t>(i)]; }
  bool wants(int i) const {
    return i < outputs() && outputs_[static_cast<std::size_t>(i)] != nullptr;
  }
  // An output whose shape depends on data: null (and a failure recorded) when it cannot be had.
  Tensor* output(int i, const Shape& shape);
  // The same for strings, of which only the kernel knows how many bytes they take when packed.
  Tensor* output_packed(int i, const Shape& shape, std::size_t bytes);
  std::uint64_t max_bytes() const { return host_.max_bytes(); }
  std::string_view string(int input, std::int64_t i) const {
    const Tensor& t = this->input(input);
    return string_at({t.data, t.size}, i);
  }

  // `count` elements of scratch, zeroed or not as it comes; empty (and a failure recorded) when
  // there is no memory. One call a kernel: a second call may move the first one's memory.
  template <class T>
  std::span<T> scratch(std::size_t count) {
    if (count > SIZE_MAX / 2 / sizeof(T)) {
      fail("out of memory", Code::kBudgetExceeded);
      return {};
    }
    std::byte* memory = host_.scratch(count * sizeof(T));
    if (memory == nullptr) {
      fail("out of memory", Code::kBudgetExceeded);
      return {};
    }
    return {reinterpret_cast<T*>(memory), count};
  }

  Result<std::vector<TensorValue>> call(GraphId graph, std::span<const Tensor> inputs) {
    return host_.call(graph, inputs);
  }
  Resources* resources() { return host_.resources(); }
  ObjectPtr* node_state() { return host_.node_state(); }
  std::uint64_t seed() { return host_.seed(); }
  bool spend_trip() { return host_.spend_trip(sink_); }
  const Node& node() const { return node_; }

  bool require(bool condition, std::string_view message) {
    if (!condition) fail(message);
    return condition;
  }
  void fail(std::string_view message, Code code = Code::kInvalidArgument) {
    sink_.fail(message, code);
  }
  void fail(Error&& error) { sink_.fail(std::move(error)); }
  void fail(const Error& error) { sink_.fail(error); }
  bool ok() const { return sink_.ok(); }
  const Error& error() const { return sink_.error(); }

 private:
  const Node& node_;
  std::span<Tensor* const> inputs_;
  std::span<Tensor* const> outputs_;
  EvalHost& host_;
  ErrorSink sink_;
};

}  // namespace tare
