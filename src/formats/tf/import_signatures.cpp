// Signatures as graphs and entries: their inputs by what placeholders and signatures say of them.
#include <algorithm>
#include <set>

#include "formats/tf/importer.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"

namespace tare {

ValueId TfImporter::add_input(const TfSignature::Tensor& input, const TfNodeDef* node,
                              GraphBuilder& b) {
  const TfAttr* shape = node != nullptr ? node->find("shape") : nullptr;
  const TfAttr* type = node != nullptr ? node->find("dtype") : nullptr;
  if (node != nullptr && node->op == "Placeholder" && type == nullptr)
    b.fail("input '" + input.name + "': dtype: the attribute is missing");
  TfShape stated = shape != nullptr && shape->kind == TfAttr::Kind::kShape
                       ? shape->shape
                       : TfShape{.unknown_rank = true};
  // A placeholder without a shape attribute reads as one of no dimensions: the signature knows
  // better.
  if (input.shape && (stated.unknown_rank || stated.dims.size() != input.shape->dims.size()))
    stated = *input.shape;
  std::optional<DType> dtype =
      type != nullptr && type->kind == TfAttr::Kind::kType ? type->type.dtype() : std::nullopt;
  if (!dtype && input.type) dtype = input.type->dtype();
  auto known = stated.shape();
  if (!dtype || !known) {
    b.fail("input '" + input.name + "' has " + (dtype ? "no possible shape" : "no known type"));
    return ValueId::kNone;
  }
  for (int i = 0; i < known->rank(); ++i) {
    if (!is_known((*known)[i])) (*known)[i] = b.new_unknown();
  }
  return b.input(input.name, tensor_type(*dtype, *known));
}

// A handle of what the initializer's graph makes under the same number.
ValueId TfImporter::resource(const TfSignature::Tensor& input, GraphBuilder& b) {
  const auto node_named = [&](std::string_view tensor) -> const TfNodeDef* {
    const std::string_view name = tensor.substr(0, tensor.find(':'));
    for (const TfNodeDef& def : source_.initializer_graph->nodes) {
      if (def.name == name) return &def;
    }
    return nullptr;
  };
  for (const auto& made : source_.resources) {
    if (made.resource != input.resource) continue;
    const TfNodeDef* node = node_named(made.tensor);
    for (int step = 0;
         node != nullptr && node->op == "Identity" && !node->inputs.empty() && step < 64; ++step) {
      node = node_named(node->inputs[0]);
    }
    const ReadTfFacet* rule =
        node != nullptr && node->op.starts_with("HashTable") ? find_read_tf(node->op) : nullptr;
    if (rule == nullptr) break;
    TfNode n(*node, b, *this, {});
    rule->read(n);
    return n.all_outputs().empty() ? ValueId::kNone : n.all_outputs()[0];
  }
  b.fail("input '" + input.name + "': the initializer makes no table " +
         std::to_string(*input.resource));
  return ValueId::kNone;
}

// Paths of files that came with the model stand in the place of the nodes that ask for them.
void TfImporter::feed_assets(Walk& walk) {
  for (const auto& [tensor, path] : source_.asset_tensors) {
    const auto edge = walk.index.find(tensor);
    if (!edge || edge->control || edge->port != 0 || !walk.builder.ok()) continue;
    const TensorValue text = strings_tensor(std::span(&path, 1), {});
    walk.values[edge->node] = {walk.builder.constant(tensor, text.type, text.bytes)};
  }
}

Status TfImporter::add_signature(const TfSignature& signature, const TfGraphIndex& index) {
  const GraphId id = add_graph(signature.name.empty() ? "main" : signature.name);
  GraphBuilder b(module_, id, &budget_);
  Walk walk{index, b, std::vector<std::vector<ValueId>>(index.nodes().size()), {}};
  Entry entry{signature.name, id, {}, {}};
  for (const auto& input : signature.inputs) {
    const auto edge = index.find(input.tensor);
    if (!edge) return placed(edge.error(), "input '" + input.name + "'");
    const ValueId value =
        input.resource
            ? resource(input, b)
            : add_input(input, edge->port == 0 ? &index.nodes()[edge->node] : nullptr, b);
    auto& outputs = walk.values[edge->node];
    if (outputs.size() <= edge->port) outputs.resize(edge->port + 1, ValueId::kNone);
    outputs[edge->port] = value;
    if (!input.resource) entry.input_names.push_back(input.name);
  }
  feed_assets(walk);
  std::vector<TfEdge> roots;
  for (const auto& output : signature.outputs) {
    const auto edge = index.find(output.tensor);
    if (!edge || edge->control)
      return placed(edge ? Error{Code::kInvalidModel, "no tensor", {}} : edge.error(),
                    "output '" + output.name + "'");
    roots.push_back(*edge);
    entry.output_names.push_back(output.name);
  }
  if (b.ok()) convert(walk, roots);
  for (const TfEdge& edge : roots) {
    if (b.ok()) b.output(current(b, value_of(walk, edge)));
  }
  if (!b.ok()) return b.error();
  module_.entries.push_back(std::move(entry));
  return {};
}

// Whether anything that a signature needs assigns a variable; else all of them are constants.
void TfImporter::find_assignments(const TfGraphIndex& index) {
  std::vector<TfEdge> roots;
  for (const TfSignature& signature : source_.signatures) {
    for (const auto& output : signature.outputs) {
      if (auto edge = index.find(output.tensor)) roots.push_back(*edge);
    }
  }
  std::vector<const TfFunctionDef*> open;
  std::set<std::string> seen;
  const auto visit = [&](const TfNodeDef& node) {
    assigns_ |= assigns_variable(node.op);
    const auto call = [&](const std::string& name) {
      const auto found = functions_.find(name);
      if (found != functions_.end() && seen.insert(name).second) open.push_back(found->second.def);
    };
    call(node.op);
    for (const auto& [name, attr] : node.attrs) {
      if (attr.kind == TfAttr::Kind::kFunction) call(attr.text);
      for (const TfAttr& item : attr.list) {
        if (item.kind == TfAttr::Kind::kFunction) call(item.text);
      }
    }
  };
  const auto order = index.order(roots);
  if (!order) return;
  for (const std::size_t node : *order) visit(index.nodes()[node]);
  while (!open.empty()) {
    const TfFunctionDef* f = open.back();
    open.pop_back();
    for (const TfNodeDef& node : f->nodes) visit(node);
  }
}

}  // namespace tare
