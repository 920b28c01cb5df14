// What rules ask of the rest of their file: functions as graphs of their own, variables behind
// handles.
#include "formats/tf/importer.h"
#include "ops/variable/variable.h"

namespace tare {
namespace {

// What a loop or branch is given of a variable is from before it.
constexpr int kNeverRead = -1;

}  // namespace

GraphId TfImporter::add_graph(const std::string& name) {
  const auto id = static_cast<GraphId>(module_.graphs.size());
  module_.graphs.emplace_back().name = name.substr(0, kMaxName);
  // Its number may have been that of a graph that was tried and dropped.
  const auto is_its = [&](const auto& entry) { return entry.first.first == id; };
  std::erase_if(handles_, is_its);
  std::erase_if(latest_, is_its);
  return id;
}

const TfVariable* TfImporter::variable_of(GraphBuilder& builder, ValueId handle) {
  const auto found = handles_.find({builder.id(), handle});
  return found == handles_.end() ? nullptr : &variables_.at(found->second.node);
}

// The value itself, unless it stands for a variable of version 1: TensorFlow passes on the memory
// of those, so that whoever takes the value sees what was assigned in the meantime.
ValueId TfImporter::current(GraphBuilder& builder, ValueId value) {
  const auto found = handles_.find({builder.id(), value});
  if (found == handles_.end() || found->second.assignments == assignments_ ||
      is_handle(builder.type(value).dtype) || !assigns_variables() || !builder.ok())
    return value;
  const std::string node = found->second.node;
  ValueId& latest = latest_.try_emplace({builder.id(), node}, ValueId::kNone).first->second;
  if (latest == ValueId::kNone || handles_.at({builder.id(), latest}).assignments != assignments_) {
    const ValueId handle = builder.emit(VarHandle{.container = {}, .shared_name = node}, {});
    const TensorType type = builder.type(value);
    latest = builder.emit(ReadVariable{.dtype = type.dtype, .shape = type.shape}, {handle});
    if (builder.ok()) handles_[{builder.id(), latest}] = {node, assignments_};
  }
  return latest;
}

void TfImporter::make_variable(GraphBuilder& builder, ValueId handle, const std::string& node) {
  const std::pair key{builder.id(), handle};
  if (variables_.contains(node)) {
    handles_[key] = {node, assignments_};
    return;
  }
  TfVariable variable{node, {}, std::nullopt};
  auto value = source_.variables != nullptr ? source_.variables->find(node) : std::nullopt;
  if (value && !*value) return builder.fail(value->error());
  if (value)
    variable.type = (*value)->type;
  else
    variable.type.shape = Shape::unknown();
  if (value) variable.first = value->take();
  variables_.emplace(node, std::move(variable));
  handles_[key] = {node, assignments_};
}

GraphId TfImporter::graph_of(const std::string& function, std::span<const ValueId> inputs,
                             std::span<const TensorType> types, GraphBuilder& caller,
                             const std::vector<bool>& constants) {
  if (!caller.ok()) return GraphId::kNone;
  const GraphId id = add_graph(function);
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
      handles_[{id, input}] = {std::string(handle->second.node), kNeverRead};
  }
  for (const ValueId output : inlined(function, arguments, b)) b.output(current(b, output));
  if (!b.ok()) caller.fail(b.error());
  return id;
}

std::vector<int> TfImporter::passed_on(const std::string& name) {
  const auto found = functions_.find(name);
  std::vector<int> passed;
  if (found == functions_.end()) return passed;
  const TfFunctionDef& f = *found->second.def;
  for (const std::string* tensor : f.tensors_of_outputs()) {
    int argument = -1;
    if (tensor != nullptr) {
      auto edge = found->second.index.find(*tensor);
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

}  // namespace tare
