// One node after another by its op's rule; constants by their weights; called functions in place.
#include "formats/tf/importer.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"

namespace tare {
namespace {

constexpr int kMaxFunctionDepth = 32;

// The type that a node says it works in must be that of one of its inputs.
bool check_type(const TfNodeDef& node, TfNode& n) {
  const TfAttr* type = node.find("T");
  // A list of types is what a call or loop has; Zeros and Ones take a shape and give T.
  if (type == nullptr || type->kind == TfAttr::Kind::kList || n.inputs() == 0 ||
      node.op == "Zeros" || node.op == "Ones")
    return true;
  const DType stated = n.dtype("T");
  for (int i = 0; i < n.inputs() && n.ok(); ++i) {
    // A tensor array's flow says float32 and is a list here.
    if (n.type(i).dtype == stated || n.type(i).dtype == DType::kVariant) return true;
  }
  return n.require(false, "T: no input is " + std::string(dtype_name(stated)));
}

}  // namespace

const TfFunctionDef* TfImporter::function_named(const std::string& name, GraphBuilder& builder) {
  const auto found = functions_.find(name);
  if (found != functions_.end()) return found->second.def;
  builder.fail("there is no function '" + name + "'");
  return nullptr;
}

ValueId TfImporter::value_of(Walk& walk, const TfEdge& edge) {
  const auto& outputs = walk.values[edge.node];
  if (edge.port < outputs.size() && outputs[edge.port] != ValueId::kNone) return outputs[edge.port];
  const auto& nodes = walk.index.nodes();
  const std::string name = edge.node < nodes.size() ? nodes[edge.node].name : "an argument";
  walk.builder.fail("node '" + name + "' has no output " + std::to_string(edge.port));
  return ValueId::kNone;
}

// Made once, however often the node's function is called.
Result<TensorValue> TfImporter::own_value(const TfTensor& tensor) {
  const auto made = tensors_.find(&tensor);
  if (made != tensors_.end()) return made->second;
  auto value = tensor.value(options_.max_bytes);
  if (value) tensors_.emplace(&tensor, *value);
  return value;
}

void TfImporter::constant(Walk& walk, const TfNodeDef& node, TfNode& n) {
  const TfAttr* attr = node.find("value");
  const TfTensor* tensor =
      attr != nullptr && attr->kind == TfAttr::Kind::kTensor ? attr->tensor.get() : nullptr;
  std::optional<Result<TensorValue>> value;
  if (source_.constants != nullptr) value = source_.constants->find(walk.prefix + node.name);
  if (source_.constants != nullptr && !value && !walk.prefix.empty())
    value = source_.constants->find(node.name);
  if (!value && tensor != nullptr) {
    auto own = own_value(*tensor);
    if (own && source_.constants != nullptr && !tensor->has_values() &&
        own->type.shape.elements() > 0) {
      return n.fail("there are no weights of this name");
    }
    value = std::move(own);
  }
  if (!value) return n.fail("value: the attribute is missing");
  if (!*value) return n.fail(value->error().message, value->error().code);
  TensorValue v = value->take();
  const DType want = n.dtype("dtype", v.type.dtype);
  if (want != v.type.dtype) {
    // Converters narrow whole numbers; nothing turns them into fractions.
    if (!n.require((is_integer(want) && is_integer(v.type.dtype)) ||
                       (is_float(want) && is_float(v.type.dtype)),
                   "the weights are of another type than the node says"))
      return;
    v = cast_numbers(std::move(v), want);
  }
  if (tensor != nullptr) {
    const auto stated = tensor->shape.shape();
    if (stated &&
        !n.require(*stated == v.type.shape, "the weights have another shape than the node says: " +
                                                v.type.shape.text() + ", not " + stated->text()))
      return;
  }
  n.output(0, walk.builder.constant(node.name, v.type, v.bytes));
}

void TfImporter::convert_node(Walk& walk, std::size_t number) {
  const TfNodeDef& node = walk.index.nodes()[number];
  GraphBuilder& b = walk.builder;
  // What long names cost, each of them copied at each call.
  left_ -= 1 + static_cast<std::int64_t>(node.name.size() / 1024);
  if (left_ < 0)
    return b.fail("more than " + std::to_string(options_.max_nodes) + " nodes",
                  Code::kBudgetExceeded);
  std::vector<ValueId> inputs;
  b.set_scope(node.name);
  const bool assigns = assigns_variable(node.op);
  for (const TfEdge& edge : walk.index.inputs(number)) {
    if (edge.control) continue;
    const ValueId value = value_of(walk, edge);
    // The first input of an assignment names the variable, whatever it holds.
    inputs.push_back(assigns && inputs.empty() ? value : current(b, value));
  }
  if (!b.ok()) return;
  assignments_ += assigns;
  TfNode n(node, b, *this, std::move(inputs));
  if (!check_type(node, n)) return;
  if (node.op == "Const") {
    constant(walk, node, n);
  } else if (const ReadTfFacet* rule = find_read_tf(node.op)) {
    rule->read(n);
  } else if (functions_.contains(node.op)) {
    n.outputs(inlined(node.op, n.all_inputs(), b));
  } else if (node.op == "Placeholder") {
    n.fail("a placeholder that is no input of the signature");
  } else {
    n.fail("there is no rule for this op", Code::kUnsupported);
  }
  walk.values[number] = n.all_outputs();
}

void TfImporter::convert(Walk& walk, const std::vector<TfEdge>& roots) {
  auto order = walk.index.order(roots);
  if (!order) return walk.builder.fail(order.error());
  for (const std::size_t node : *order) {
    if (!walk.builder.ok()) return;
    if (walk.values[node].empty()) convert_node(walk, node);
  }
}

std::vector<ValueId> TfImporter::inlined(const std::string& name, std::span<const ValueId> inputs,
                                         GraphBuilder& builder) {
  const TfFunctionDef* f = function_named(name, builder);
  if (f == nullptr || !builder.ok()) return {};
  const TfGraphIndex& index = functions_.at(name).index;
  if (depth_ >= kMaxFunctionDepth) {
    builder.fail("functions call each other too deeply", Code::kBudgetExceeded);
    return {};
  }
  if (inputs.size() != f->inputs.size()) {
    builder.fail("function '" + name + "' takes " + std::to_string(f->inputs.size()) +
                 " arguments, got " + std::to_string(inputs.size()));
    return {};
  }
  // Beside the nodes that it converts: calls in calls may multiply arguments and what nobody needs.
  left_ -= static_cast<std::int64_t>((f->nodes.size() + f->inputs.size() + f->outputs.size()) / 4 +
                                     name.size() / 1024);
  Walk walk{index, builder, std::vector<std::vector<ValueId>>(f->nodes.size()), name + "/"};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto wanted = f->inputs[i].type.dtype();
    if (wanted && *wanted != builder.type(inputs[i]).dtype) {
      builder.fail("function '" + name + "': argument '" + f->inputs[i].name +
                   "' has another type");
    }
    walk.values.push_back({inputs[i]});
  }
  std::vector<TfEdge> results, roots;
  const auto add = [&](const std::string& tensor, std::vector<TfEdge>& into) {
    auto edge = index.find(tensor);
    if (edge)
      into.push_back(*edge);
    else
      builder.fail(placed(edge.error(), "function '" + name + "'"));
  };
  for (const std::string* tensor : f->tensors_of_outputs()) {
    if (tensor != nullptr) add(*tensor, results);
  }
  for (const std::string& control : f->controls) add(control, roots);
  if (!builder.ok()) return {};
  roots.insert(roots.end(), results.begin(), results.end());
  const std::string scope = builder.scope();
  ++depth_;
  convert(walk, roots);
  --depth_;
  std::vector<ValueId> outputs;
  for (const TfEdge& edge : results)
    outputs.push_back(builder.ok() ? value_of(walk, edge) : ValueId::kNone);
  for (std::size_t i = 0; i < outputs.size() && builder.ok(); ++i) {
    const auto wanted = f->outputs[i].type.dtype();
    if (wanted && *wanted != builder.type(outputs[i]).dtype)
      builder.fail("function '" + name + "': output '" + f->outputs[i].name + "' has another type");
  }
  builder.set_scope(scope);
  return outputs;
}

}  // namespace tare
