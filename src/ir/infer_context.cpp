// Inference of one node, with its errors placed at the node.
#include "ir/infer_context.h"

#include "ir/op_def.h"

namespace tare {

std::optional<Contents> InferContext::contents(int i) const {
  const Value& v = value(i);
  if (!v.is_constant) return v.contents;
  if (!(is_integer(v.type.dtype) || v.type.dtype == DType::kBool)) return std::nullopt;
  const auto count = v.type.shape.checked_elements();
  if (!count || *count > kMaxContents) return std::nullopt;
  const TensorValue owned{v.type, v.constant, {}};
  const Tensor tensor = owned.view();
  Contents result;
  for (std::int64_t k = 0; k < *count; ++k) result.push_back(Element::of(integer_at(tensor, k)));
  return result;
}

std::optional<std::vector<std::int64_t>> InferContext::integers(int i) const {
  const auto known = contents(i);
  if (!known) return std::nullopt;
  std::vector<std::int64_t> result;
  for (const Element& e : *known) {
    if (!e.known) return std::nullopt;
    result.push_back(e.value);
  }
  return result;
}

Result<std::vector<TensorType>> InferContext::call(GraphId graph,
                                                   std::span<const TensorType> inputs) const {
  if (call_ == nullptr) return Error{Code::kInternal, "no graphs can be called here", {}};
  return (*call_)(graph, inputs);
}

bool InferContext::require(bool condition, std::string_view message) {
  if (!condition) fail(message);
  return condition;
}

std::string node_place(const Node& node) {
  return "node '" + node.name + "' (" + std::string(node.op->name_of(node.attributes.get())) + ")";
}

Result<Inferred> infer_node(const Node& node, std::span<const Value* const> inputs,
                            const InferContext::CallGraph* call) {
  InferContext context(inputs, node.outputs.size(), call);
  node.op->infer(node.attributes.get(), context);
  if (!context.ok()) {
    Error error = context.error();
    error.where = error.where.empty() ? node_place(node) : node_place(node) + " > " + error.where;
    return error;
  }
  // From here on the elements of every known shape can be counted.
  for (const TensorType& type : context.types()) {
    if (type.shape.known() && !type.shape.checked_elements())
      return Error{Code::kBudgetExceeded, type.shape.text() + " has too many elements",
                   node_place(node)};
  }
  return Inferred{std::move(context.types()), std::move(context.output_contents()),
                  std::move(context.variable_shapes())};
}

bool type_fits(const TensorType& inferred, const TensorType& declared) {
  return inferred.dtype == declared.dtype && compatible(inferred.shape, declared.shape);
}

}  // namespace tare
