// Nodes are inferred in the order of the graph, and folded as soon as their inputs are constant, so
// that what follows sees the constants.
#include "runtime/settle_types.h"

#include <algorithm>

#include "base/parts.h"
#include "ir/evaluate.h"

namespace tare {
namespace {

// Shape arithmetic is small; folding more for one plan would cost memory for each set of shapes.
constexpr std::uint64_t kMaxFoldedBytes = 1u << 16;
// A thousand nodes may do so, or read the same large constant: of one plan, written and read.
constexpr std::uint64_t kMaxWritten = std::uint64_t{32} << 20;
constexpr std::uint64_t kMaxRead = std::uint64_t{256} << 20;
constexpr std::int64_t kMaxTrips = 1024;

// Turns contents that inference knows in full into a constant.
bool materialise(Value& v) {
  if (v.is_constant) return true;
  if (!v.contents || !v.type.shape.known() ||
      (v.type.dtype != DType::kInt32 && v.type.dtype != DType::kInt64))
    return false;
  if (static_cast<std::int64_t>(v.contents->size()) != v.type.shape.elements()) return false;
  if (!std::all_of(v.contents->begin(), v.contents->end(),
                   [](const Element& e) { return e.known; }))
    return false;
  Buffer bytes = Buffer::allocate(v.contents->size() * dtype_size(v.type.dtype));
  if (!bytes) return false;
  for (std::size_t i = 0; i < v.contents->size(); ++i) {
    const std::int64_t e = (*v.contents)[i].value;
    if (v.type.dtype == DType::kInt64)
      reinterpret_cast<std::int64_t*>(bytes.mutable_data())[i] = e;
    else
      reinterpret_cast<std::int32_t*>(bytes.mutable_data())[i] = static_cast<std::int32_t>(e);
  }
  v.constant = std::move(bytes);
  v.is_constant = true;
  return true;
}

class TypeSettler {
 public:
  TypeSettler(const Graph& graph, const InferContext::CallGraph& call, Plan& plan)
      : graph_(graph), call_(call), plan_(plan) {}

  // Variables may have to change their shape with the inputs; then all is inferred again with the
  // new one, so that every node sees the same.
  Status settle(std::span<const Shape> shapes) {
    for (int round = 0; round < 2; ++round) {
      plan_.values = graph_.values;
      may_write_ = kMaxWritten;
      may_read_ = kMaxRead;
      trips_ = kMaxTrips;
      plan_.placements.assign(graph_.nodes.size(), {});
      for (const auto& [i, shape] : variable_shapes_) plan_.values[i].type.shape = shape;
      variables_changed_ = false;
      if (Status s = set_inputs(shapes); !s) return s;
      if (Status s = infer_all(); !s) return s;
      if (!variables_changed_) return {};
    }
    return Error{Code::kInvalidModel, "nodes disagree on the shape of a variable", graph_.name};
  }

 private:
  void shape_variable(ValueId id, const Shape& shape) {
    const Value& v = plan_.values[index(id)];
    if (!v.is_variable || !shape.known() || v.type.shape == shape) return;
    variable_shapes_[index(id)] = shape;
    variables_changed_ = true;
  }

  Status set_inputs(std::span<const Shape> shapes) {
    if (shapes.size() != graph_.inputs.size()) {
      return Error{Code::kInvalidArgument,
                   "expected " + std::to_string(graph_.inputs.size()) + " inputs, got " +
                       std::to_string(shapes.size()),
                   {}};
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      Value& v = plan_.values[index(graph_.inputs[i])];
      if (!shapes[i].known())
        return Error{Code::kInvalidArgument, "a shape with unknown extents", v.name};
      if (!shapes[i].checked_elements())
        return Error{Code::kInvalidArgument, "a shape of too many elements", v.name};
      v.type.shape = shapes[i];
    }
    return {};
  }

  std::vector<const Value*> inputs_of(const Node& node) const {
    std::vector<const Value*> inputs;
    for (const ValueId id : node.inputs)
      inputs.push_back(id == ValueId::kNone ? nullptr : &plan_.values[index(id)]);
    return inputs;
  }

  Status infer_all() {
    ContentsAllowance contents;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      const auto inputs = inputs_of(node);
      auto inferred = infer_node(node, inputs, kParts.kernels ? &call_ : nullptr);
      if (!inferred) return inferred.error();
      bool known = true;
      for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i] == ValueId::kNone) continue;
        Value& v = plan_.values[index(node.outputs[i])];
        v.type.shape = inferred->types[i].shape;
        v.contents = contents.keep(std::move(inferred->contents[i]));
        known = known && v.type.shape.known() && is_numeric(v.type.dtype);
      }
      if (kParts.kernels) {
        for (const auto& [i, shape] : inferred->variables)
          shape_variable(node.inputs[static_cast<std::size_t>(i)], shape);
      }
      if (!fold(node, inputs, n) && !known) plan_.placements[n].kind = Placement::Kind::kDynamic;
    }
    for (Value& v : plan_.values) v.contents.reset();
    return {};
  }

  bool may_read(const std::vector<const Value*>& inputs) {
    std::uint64_t bytes = 0;
    for (const Value* v : inputs) bytes += v == nullptr ? 0 : v->constant.size();
    if (bytes > may_read_) return false;
    if (bytes > kMaxFoldedBytes) may_read_ -= bytes;
    return true;
  }

  // A pure node of constants becomes constants of the plan.
  bool fold(const Node& node, const std::vector<const Value*>& inputs, std::size_t n) {
    if (!kParts.kernels || !node.op->is_pure()) return false;
    const bool by_contents = std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      return id != ValueId::kNone && materialise(plan_.values[index(id)]);
    });
    if (!by_contents) {
      if (!std::all_of(inputs.begin(), inputs.end(),
                       [](const Value* v) { return v == nullptr || v->is_constant; }))
        return false;
      if (!may_read(inputs)) return false;
      auto values = evaluate(node, inputs, std::min(kMaxFoldedBytes, may_write_), trips_);
      if (!values) return false;
      for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i] == ValueId::kNone) continue;
        Value& v = plan_.values[index(node.outputs[i])];
        v.type.shape = (*values)[i].type.shape;
        v.constant = std::move((*values)[i].bytes);
        may_write_ -= std::min<std::uint64_t>(may_write_, v.constant.size());
        v.is_constant = true;
      }
    }
    plan_.placements[n].kind = Placement::Kind::kFolded;
    return true;
  }

  const Graph& graph_;
  const InferContext::CallGraph& call_;
  Plan& plan_;
  std::map<std::size_t, Shape> variable_shapes_;
  bool variables_changed_ = false;
  std::uint64_t may_write_ = 0;
  std::uint64_t may_read_ = 0;
  std::int64_t trips_ = 0;
};

}  // namespace

Status settle_types(const Graph& graph, std::span<const Shape> input_shapes,
                    const InferContext::CallGraph& call, Plan& plan) {
  return TypeSettler(graph, call, plan).settle(input_shapes);
}

}  // namespace tare
