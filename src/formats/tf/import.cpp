// Walks nodes in order and calls the rule of each op. Only what the outputs need is converted, but
// all of the graph has to be sound.
#include "formats/tf/import.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "formats/tf/frames.h"
#include "formats/tf/graph_index.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/variable/variable.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr int kMaxFunctionDepth = 32;

class TfImporter : public TfFunctions {
 public:
  TfImporter(const TfSource& source, const ReadOptions& options)
      : source_(source), options_(options), left_(options.max_nodes) {}

  Result<Module> read();

  GraphId graph_of(const std::string& function, std::span<const ValueId> inputs,
                   std::span<const TensorType> types, GraphBuilder& caller,
                   const std::vector<bool>& constants) override;
  std::vector<int> passed_on(const std::string& function) override;
  const TfVariable* variable_of(GraphBuilder& builder, ValueId handle) override;
  void make_variable(GraphBuilder& builder, ValueId handle, const std::string& node) override;
  bool assigns_variables() const override { return assigns_; }
  std::vector<ValueId> inlined(const std::string& function, std::span<const ValueId> inputs,
                               GraphBuilder& builder) override;

 private:
  // Nodes being converted into one graph: outputs by node, then arguments.
  struct Walk {
    const TfGraphIndex& index;
    GraphBuilder& builder;
    std::vector<std::vector<ValueId>> values;
    std::string prefix;  // of weights' names: "function/"
  };

  Status index_functions();
  void find_assignments(const TfGraphIndex& index);
  Status add_initializer(const TfGraphIndex& index);
  Status add_signature(const TfSignature& signature, const TfGraphIndex& index);
  Status run_initializer_graph(GraphBuilder& b);
  ValueId resource(const TfSignature::Tensor& input, GraphBuilder& b);
  ValueId add_input(const TfSignature::Tensor& input, const TfNodeDef* node, GraphBuilder& b);
  void convert(Walk& walk, const std::vector<TfEdge>& roots);
  void convert_node(Walk& walk, std::size_t node);
  ValueId value_of(Walk& walk, const TfEdge& edge);
  void constant(Walk& walk, const TfNodeDef& node, TfNode& n);
  const TfFunctionDef* function_named(const std::string& name, GraphBuilder& builder);

  const TfSource& source_;
  const ReadOptions& options_;
  Module module_;
  InferenceBudget budget_;
  struct Function {
    const TfFunctionDef* def;
    TfGraphIndex index;
  };
  std::unordered_map<std::string, Function> functions_;
  std::map<std::string, TfVariable> variables_;
  std::map<std::pair<GraphId, ValueId>, std::string> handles_;  // the node that made the variable
  bool assigns_ = false;                                        // some signature assigns variables
  std::int64_t left_;                                           // nodes that may still be converted
  int depth_ = 0;
};

Error placed(Error error, const std::string& where) {
  error.where = error.where.empty() ? where : where + " > " + error.where;
  return error;
}

Status TfImporter::index_functions() {
  for (const TfFunctionDef& f : source_.graph->functions) {
    if (f.name.empty()) return Error{Code::kInvalidModel, "a function without a name", {}};
    const std::string where = "function '" + f.name + "'";
    auto index = TfGraphIndex::of(f.nodes, &f);
    if (!index) return placed(index.error(), where);
    if (!functions_.emplace(f.name, Function{&f, index.take()}).second)
      return Error{Code::kInvalidModel, "there are two of it", where};
    for (const auto& output : f.outputs) {
      const bool there = std::any_of(f.results.begin(), f.results.end(),
                                     [&](const auto& r) { return r.first == output.name; });
      if (!there)
        return Error{Code::kInvalidModel, "output '" + output.name + "' is never given", where};
    }
  }
  return {};
}

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

void TfImporter::constant(Walk& walk, const TfNodeDef& node, TfNode& n) {
  const TfAttr* attr = node.find("value");
  const TfTensor* tensor =
      attr != nullptr && attr->kind == TfAttr::Kind::kTensor ? &attr->tensor[0] : nullptr;
  std::optional<Result<TensorValue>> value;
  if (source_.constants != nullptr) value = source_.constants->find(walk.prefix + node.name);
  if (source_.constants != nullptr && !value && !walk.prefix.empty())
    value = source_.constants->find(node.name);
  if (!value && tensor != nullptr) {
    auto own = tensor->value(options_.max_bytes);
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

void TfImporter::convert_node(Walk& walk, std::size_t number) {
  const TfNodeDef& node = walk.index.nodes()[number];
  GraphBuilder& b = walk.builder;
  if (--left_ < 0)
    return b.fail("more than " + std::to_string(options_.max_nodes) + " nodes",
                  Code::kBudgetExceeded);
  std::vector<ValueId> inputs;
  for (const TfEdge& edge : walk.index.inputs(number)) {
    if (!edge.control) inputs.push_back(value_of(walk, edge));
  }
  if (!b.ok()) return;
  b.set_scope(node.name);
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
  for (const auto& output : f->outputs) {
    for (const auto& [result, tensor] : f->results) {
      if (result == output.name) add(tensor, results);
    }
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

const TfVariable* TfImporter::variable_of(GraphBuilder& builder, ValueId handle) {
  const auto found = handles_.find({builder.id(), handle});
  return found == handles_.end() ? nullptr : &variables_.at(found->second);
}

void TfImporter::make_variable(GraphBuilder& builder, ValueId handle, const std::string& node) {
  handles_[{builder.id(), handle}] = node;
  if (variables_.contains(node)) return;
  TfVariable variable{node, {}, std::nullopt};
  auto value = source_.variables != nullptr ? source_.variables->find(node) : std::nullopt;
  if (value && !*value) return builder.fail(value->error());
  if (value)
    variable.type = (*value)->type;
  else
    variable.type.shape = Shape::unknown();
  if (value) variable.first = value->take();
  variables_.emplace(node, std::move(variable));
}

GraphId TfImporter::graph_of(const std::string& function, std::span<const ValueId> inputs,
                             std::span<const TensorType> types, GraphBuilder& caller,
                             const std::vector<bool>& constants) {
  if (!caller.ok()) return GraphId::kNone;
  const auto id = static_cast<GraphId>(module_.graphs.size());
  module_.graphs.emplace_back().name = function;
  GraphBuilder b(module_, id, &budget_);
  std::vector<ValueId> arguments;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& given = caller.value(inputs[i]);
    const bool fixed = given.is_constant && i < constants.size() && constants[i];
    const std::string name = given.name;
    const Buffer bytes = given.constant;
    const ValueId input = b.input("argument " + std::to_string(i), types[i]);
    arguments.push_back(fixed ? b.constant(name, types[i], bytes) : input);
    const auto handle = handles_.find({caller.id(), inputs[i]});
    if (handle != handles_.end() && i < constants.size() && constants[i])
      handles_[{id, input}] = std::string(handle->second);
  }
  for (const ValueId output : inlined(function, arguments, b)) b.output(output);
  if (!b.ok()) caller.fail(b.error());
  return id;
}

std::vector<int> TfImporter::passed_on(const std::string& name) {
  const auto found = functions_.find(name);
  std::vector<int> passed;
  if (found == functions_.end()) return passed;
  const TfFunctionDef& f = *found->second.def;
  for (const auto& output : f.outputs) {
    int argument = -1;
    for (const auto& [result, tensor] : f.results) {
      if (result != output.name) continue;
      auto edge = found->second.index.find(tensor);
      // An Identity or two may stand between.
      for (int steps = 0; edge && steps < 4 && !found->second.index.is_argument(*edge); ++steps) {
        const auto& ins = found->second.index.inputs(edge->node);
        if (f.nodes[edge->node].op != "Identity" || ins.empty() || ins[0].control) break;
        edge = ins[0];
      }
      if (edge && found->second.index.is_argument(*edge))
        argument = static_cast<int>(edge->node - f.nodes.size());
    }
    passed.push_back(argument);
  }
  return passed;
}

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

Status TfImporter::add_signature(const TfSignature& signature, const TfGraphIndex& index) {
  const auto id = static_cast<GraphId>(module_.graphs.size());
  module_.graphs.emplace_back().name = signature.name.empty() ? "main" : signature.name;
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
    if (b.ok()) b.output(value_of(walk, edge));
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
    assigns_ |= node.op.starts_with("Assign") && node.op != "Assert";
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

Status TfImporter::run_initializer_graph(GraphBuilder& b) {
  auto index = TfGraphIndex::of(source_.initializer_graph->nodes, nullptr);
  if (!index) return index.error();
  std::vector<TfEdge> roots;
  for (std::size_t i = 0; i < index->nodes().size(); ++i) {
    const std::string& op = index->nodes()[i].op;
    if (op.starts_with("InitializeTable") || op.starts_with("LookupTableImport"))
      roots.push_back({i, 0, false});
  }
  for (const auto& made : source_.resources) {
    const auto edge = index->find(made.tensor);
    if (!edge) return edge.error();
    roots.push_back(*edge);
  }
  Walk walk{*index, b, std::vector<std::vector<ValueId>>(index->nodes().size()), {}};
  convert(walk, roots);
  return b.status();
}

// Gives variables their values, then runs what the file wants run once.
Status TfImporter::add_initializer(const TfGraphIndex& index) {
  const bool no_values = !assigns_ || variables_.empty();
  if (no_values && source_.initializer.empty() && source_.initializer_graph == nullptr) return {};
  const auto id = static_cast<GraphId>(module_.graphs.size());
  module_.graphs.emplace_back().name = "initializer";
  GraphBuilder b(module_, id, &budget_);
  for (const auto& [name, variable] : variables_) {
    if (!assigns_ || !variable.first) continue;
    b.set_scope(name);
    const ValueId handle = b.emit(VarHandle{.container = {}, .shared_name = name}, {});
    b.emit_n(AssignVariable{}, {handle, b.constant(name, variable.type, variable.first->bytes)}, 0);
  }
  if (!source_.initializer.empty()) {
    const auto edge = index.find(source_.initializer);
    if (!edge) return placed(edge.error(), "the initializer");
    Walk walk{index, b, std::vector<std::vector<ValueId>>(index.nodes().size()), {}};
    convert(walk, {*edge});
  }
  if (source_.initializer_graph != nullptr) {
    if (Status status = run_initializer_graph(b); !status)
      return placed(status.error(), "the initializer");
  }
  if (!b.ok()) return placed(b.error(), "the initializer");
  if (b.graph().nodes.empty()) {
    module_.graphs.pop_back();
    return {};
  }
  module_.initializer = id;
  return {};
}

Result<Module> TfImporter::read() {
  module_.format = source_.format;
  if (Status status = lower_frames(*source_.graph); !status) return status.error();
  auto index = TfGraphIndex::of(source_.graph->nodes, nullptr);
  if (!index) return index.error();
  if (auto order = index->order_of_all(); !order) return order.error();
  if (Status status = index_functions(); !status) return status.error();
  if (source_.signatures.empty())
    return Error{Code::kInvalidModel, "there is no signature to run", {}};
  find_assignments(*index);
  for (const TfSignature& signature : source_.signatures) {
    if (Status status = add_signature(signature, *index); !status) return status.error();
  }
  if (Status status = add_initializer(*index); !status) return status.error();
  return std::move(module_);
}

}  // namespace

Result<TfSignature> signature_of_graph(const TfGraphDef& graph) {
  auto index = TfGraphIndex::of(graph.nodes, nullptr);
  if (!index) return index.error();
  std::vector<bool> used(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const TfEdge& edge : index->inputs(i)) used[edge.node] = true;
  }
  TfSignature signature;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TfNodeDef& node = graph.nodes[i];
    if (node.op == "Placeholder")
      signature.inputs.push_back({node.name, node.name});
    else if (!used[i] && node.op != "Const" && node.op != "NoOp" && node.op != "Assert")
      signature.outputs.push_back({node.name, node.name});
  }
  return signature;
}

Result<Module> read_tf_graph(const TfSource& source, const ReadOptions& options) {
  return TfImporter(source, options).read();
}

}  // namespace tare
