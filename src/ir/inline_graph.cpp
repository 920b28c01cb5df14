// Shapes are inferred anew: the caller's inputs may differ from what the callee was built for.
#include "ir/inline_graph.h"

namespace tare {
namespace {

// Graphs that call each other twice at each level would grow without bound.
constexpr std::size_t kMaxNodes = 250'000;

class Inliner {
 public:
  Inliner(GraphBuilder& b, const Graph& callee)
      : b_(b), callee_(callee), values_(callee.values.size(), ValueId::kNone) {}

  std::vector<ValueId> run(std::span<const ValueId> inputs, std::span<const ValueId> outputs) {
    std::vector<ValueId> results(outputs.begin(), outputs.end());
    if (inputs.size() != callee_.inputs.size() || outputs.size() != callee_.outputs.size()) {
      b_.fail("graph '" + callee_.name + "' takes " + std::to_string(callee_.inputs.size()) +
              " inputs and gives " + std::to_string(callee_.outputs.size()) + " outputs");
      return results;
    }
    if (b_.graph().nodes.size() + callee_.nodes.size() > kMaxNodes) {
      b_.fail("called graphs have too many nodes to be put into their callers",
              Code::kBudgetExceeded);
      return results;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) take_input(callee_.inputs[i], inputs[i]);
    bind_outputs(outputs);
    for (const Node& node : callee_.nodes) add(node);
    for (std::size_t i = 0; i < results.size() && b_.ok(); ++i)
      results[i] = value_of(callee_.outputs[i]);
    return results;
  }

 private:
  void take_input(ValueId formal, ValueId actual) {
    if (actual == ValueId::kNone) return b_.fail("an input of a called graph is left out");
    if (b_.type(actual).dtype != callee_.value(formal).type.dtype)
      b_.fail("an input of a called graph has another type");
    values_[index(formal)] = actual;
  }

  // A value that a node produces takes the place of the first output that it is.
  void bind_outputs(std::span<const ValueId> outputs) {
    std::vector<bool> produced(values_.size(), false);
    for (const Node& node : callee_.nodes) {
      for (ValueId id : node.outputs) {
        if (id != ValueId::kNone) produced[index(id)] = true;
      }
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      ValueId& value = values_[index(callee_.outputs[i])];
      if (produced[index(callee_.outputs[i])] && value == ValueId::kNone) value = outputs[i];
    }
  }

  void add(const Node& node) {
    Node copy{node.op, node.attributes, {}, {}, b_.scoped(node.name)};
    for (ValueId id : node.inputs) copy.inputs.push_back(id == ValueId::kNone ? id : value_of(id));
    for (ValueId id : node.outputs) {
      if (id != ValueId::kNone && values_[index(id)] == ValueId::kNone)
        values_[index(id)] = declare(callee_.value(id));
      copy.outputs.push_back(id == ValueId::kNone ? id : values_[index(id)]);
    }
    b_.add_into(std::move(copy));
  }

  ValueId declare(const Value& value) {
    Value copy;
    copy.name = b_.scoped(value.name);
    copy.type = value.type;
    copy.type.shape = Shape::unknown();
    return b_.graph().add_value(std::move(copy));
  }

  ValueId value_of(ValueId id) {
    ValueId& value = values_[index(id)];
    if (value != ValueId::kNone) return value;
    const Value& source = callee_.value(id);
    if (!source.is_constant)
      b_.fail("graph '" + callee_.name + "' has state of its own and cannot be put into its caller",
              Code::kUnsupported);
    return value = b_.constant(source.name, source.type, source.constant);
  }

  GraphBuilder& b_;
  const Graph& callee_;
  std::vector<ValueId> values_;  // of the callee, as values of the caller
};

}  // namespace

std::vector<ValueId> inline_graph(GraphBuilder& b, GraphId callee, std::span<const ValueId> inputs,
                                  std::span<const ValueId> outputs) {
  return Inliner(b, b.module().graph(callee)).run(inputs, outputs);
}

}  // namespace tare
