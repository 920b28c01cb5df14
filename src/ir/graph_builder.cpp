// Adds nodes and infers them at once.
#include "ir/graph_builder.h"

#include "base/parts.h"
#include "ir/constant_tensor.h"

namespace tare {
namespace {

constexpr std::size_t kCalleeContents = 1u << 16;  // elements, in each of nested calls

std::vector<const Value*> values_of(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<const Value*> values;
  for (ValueId id : ids) values.push_back(id == ValueId::kNone ? nullptr : &graph.value(id));
  return values;
}

Buffer element(DType dtype, double v) {
  switch (dtype) {
    case DType::kComplex64: {
      const float c[2] = {static_cast<float>(v), 0};
      return Buffer::copy_of(std::as_bytes(std::span(c)));
    }
    case DType::kComplex128: {
      const double c[2] = {v, 0};
      return Buffer::copy_of(std::as_bytes(std::span(c)));
    }
    default:
      if (dtype_size(dtype) == 0) return {};
      return tensor_of(std::span(&v, 1), dtype, {}).bytes;
  }
}

}  // namespace

void GraphBuilder::fail(std::string_view message, Code code) {
  fail(Error{code, std::string(message), scope_});
}

ValueId GraphBuilder::input(std::string name, TensorType type) {
  if (type.shape.known() && !type.shape.checked_elements())
    fail("input '" + name + "': " + type.shape.text() + " has too many elements");
  const ValueId id = graph().add_value({.name = std::move(name), .type = std::move(type)});
  graph().inputs.push_back(id);
  return id;
}

ValueId GraphBuilder::constant(std::string name, TensorType type, Buffer bytes) {
  return graph().add_value({.name = fitting(std::move(name)),
                            .type = std::move(type),
                            .constant = std::move(bytes),
                            .is_constant = true});
}

ValueId GraphBuilder::variable(std::string name, TensorType type) {
  return graph().add_value({.name = std::move(name), .type = std::move(type), .is_variable = true});
}

ValueId GraphBuilder::scalar_f32(float value) { return scalar(DType::kFloat32, value); }
ValueId GraphBuilder::scalar_i32(std::int32_t value) { return scalar(DType::kInt32, value); }

ValueId GraphBuilder::scalar(DType dtype, double value) {
  return constant(unique_name(), tensor_type(dtype, {}), element(dtype, value));
}

ValueId GraphBuilder::vector_i32(std::span<const std::int64_t> values) {
  std::vector<std::int32_t> narrow;
  for (std::int64_t v : values) {
    if (v < INT32_MIN || v > INT32_MAX) fail("a constant index does not fit int32");
    narrow.push_back(static_cast<std::int32_t>(v));
  }
  return constant(unique_name(), tensor_type(DType::kInt32, {static_cast<Dim>(narrow.size())}),
                  Buffer::copy_of(std::as_bytes(std::span(narrow))));
}

std::string GraphBuilder::unique_name() {
  return fitting(scope_ + (names_++ == 0 ? "" : "#" + std::to_string(names_)));
}

// Past the budget names are numbers.
std::string GraphBuilder::fitting(std::string name) {
  if (name.size() > 2 * kMaxName) name.resize(2 * kMaxName);
  const auto size = static_cast<std::int64_t>(name.size());
  if (size > budget_.names) return "#" + std::to_string(graph().values.size());
  budget_.names -= size;
  return name;
}

Result<Inferred> GraphBuilder::infer(const Node& node) const {
  const auto inputs = values_of(std::as_const(module_).graph(id_), node.inputs);
  if (!kParts.kernels) return infer_node(node, inputs);
  const InferContext::CallGraph call = [this](GraphId id, std::span<const TensorType> types) {
    return infer_graph(module_, id, types, budget_);
  };
  return infer_node(node, inputs, &call);
}

std::vector<ValueId> GraphBuilder::add(const OpDef* op, std::shared_ptr<const void> attributes,
                                       std::vector<ValueId> inputs, int outputs) {
  Node node{op, std::move(attributes), std::move(inputs), {}, unique_name()};
  node.outputs.assign(static_cast<std::size_t>(outputs), ValueId::kNone);
  if (ok()) {
    if (auto inferred = infer(node)) {
      for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        std::string name = i == 0 ? node.name : node.name + ":" + std::to_string(i);
        node.outputs[i] = graph().add_value(
            {.name = std::move(name),
             .type = std::move(inferred->types[i]),
             .contents = budget_.contents.keep(std::move(inferred->contents[i]))});
      }
      graph().nodes.push_back(node);
      return node.outputs;
    } else {
      fail(inferred.error());
    }
  }
  // After a failure callers go on with values that exist, so that they need not check each step.
  for (ValueId& id : node.outputs) id = graph().add_value({.name = node.name});
  return node.outputs;
}

void GraphBuilder::add_into(Node node) {
  if (!ok()) return;
  auto inferred = infer(node);
  if (!inferred) return fail(inferred.error());
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == ValueId::kNone) continue;
    Value& declared = graph().value(node.outputs[i]);
    const TensorType& type = inferred->types[i];
    if (!type_fits(type, declared.type)) {
      return fail({Code::kInvalidModel,
                   "output " + std::to_string(i) + " is declared " +
                       std::string(dtype_name(declared.type.dtype)) + declared.type.shape.text() +
                       " but is " + std::string(dtype_name(type.dtype)) + type.shape.text(),
                   node_place(node)});
    }
    declared.type.shape = type.shape;
    declared.contents = budget_.contents.keep(std::move(inferred->contents[i]));
  }
  graph().nodes.push_back(std::move(node));
}

Result<std::vector<TensorType>> infer_graph(const Module& module, GraphId id,
                                            std::span<const TensorType> inputs,
                                            InferenceBudget& budget, int depth) {
  if (depth > kMaxCallDepth)
    return Error{Code::kBudgetExceeded, "graphs call each other too deeply", {}};
  if (index(id) >= module.graphs.size()) return Error{Code::kInvalidModel, "no such graph", {}};
  const Graph& graph = module.graph(id);
  budget.values -= static_cast<std::int64_t>(graph.values.size() + graph.nodes.size());
  if (budget.values < 0)
    return Error{Code::kBudgetExceeded, "graphs call each other too often", {}};
  if (inputs.size() != graph.inputs.size()) {
    return Error{Code::kInvalidModel,
                 "graph '" + graph.name + "' takes " + std::to_string(graph.inputs.size()) +
                     " inputs, got " + std::to_string(inputs.size()),
                 {}};
  }
  std::vector<Value> values = graph.values;
  ContentsAllowance contents(kCalleeContents);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Value& v = values[index(graph.inputs[i])];
    if (v.type.dtype != inputs[i].dtype) {
      return Error{Code::kInvalidModel,
                   "graph '" + graph.name + "': input " + std::to_string(i) + " has another type",
                   {}};
    }
    v.type.shape = inputs[i].shape;
  }
  const InferContext::CallGraph call = [&](GraphId callee, std::span<const TensorType> types) {
    return infer_graph(module, callee, types, budget, depth + 1);
  };
  for (const Node& node : graph.nodes) {
    std::vector<const Value*> in;
    for (ValueId v : node.inputs) in.push_back(v == ValueId::kNone ? nullptr : &values[index(v)]);
    auto inferred = infer_node(node, in, &call);
    if (!inferred) return inferred.error();
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == ValueId::kNone) continue;
      Value& v = values[index(node.outputs[i])];
      v.type.dtype = inferred->types[i].dtype;
      v.type.shape = inferred->types[i].shape;
      v.contents = contents.keep(std::move(inferred->contents[i]));
      if (v.contents) budget.values -= static_cast<std::int64_t>(v.contents->size() / 64);
    }
  }
  std::vector<TensorType> outputs;
  for (ValueId v : graph.outputs) outputs.push_back(values[index(v)].type);
  return outputs;
}

}  // namespace tare
