// Wires the stages: read, check, optimise, compile, run.
#include "api/model.h"

#include <cstring>

#include "formats/open.h"
#include "ir/strings.h"
#include "passes/pipeline.h"
#include "runtime/executable.h"

namespace tare {

struct Model::State {
  std::shared_ptr<const Module> module;
  std::vector<Signature> signatures;
  std::unique_ptr<Executable> executable;
  GraphId current = GraphId::kNone;
};

namespace {

std::vector<Signature> signatures_of(const Module& module) {
  std::vector<Signature> signatures;
  for (const Entry& entry : module.entries) {
    const Graph& graph = module.graph(entry.graph);
    Signature s{entry.name, {}, {}};
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
      s.inputs.push_back({entry.input_names[i], graph.value(graph.inputs[i]).type});
    for (std::size_t i = 0; i < graph.outputs.size(); ++i)
      s.outputs.push_back({entry.output_names[i], graph.value(graph.outputs[i]).type});
    signatures.push_back(std::move(s));
  }
  return signatures;
}

Status check_shape(const TensorInfo& info, const Shape& shape) {
  if (shape.known() && (!info.type.shape.ranked() || info.type.shape.rank() == shape.rank()))
    return {};
  return Error{Code::kInvalidArgument,
               "expected shape " + info.type.shape.text() + ", got " + shape.text(),
               "input '" + info.name + "'"};
}

}  // namespace

Model::Model(std::unique_ptr<State> state) : state_(std::move(state)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Result<Model> Model::load(ModelBundle bundle, const LoadOptions& options) {
  auto module = read_model(bundle, {.max_nodes = options.budgets.nodes,
                                    .max_bytes = options.budgets.bytes,
                                    .input_names = options.input_names,
                                    .output_names = options.output_names});
  if (!module) return module.error();
  bundle = {};
  auto state = std::make_unique<State>();
  state->signatures = signatures_of(*module);
  if (state->signatures.empty())
    return Error{Code::kInvalidModel, "the model has nothing to run", {}};
  if (options.optimise) optimise(*module);
  state->module = std::make_shared<const Module>(module.take());
  state->executable =
      std::make_unique<Executable>(state->module, PlanOptions{.budgets = options.budgets,
                                                              .use_xnnpack = options.use_xnnpack,
                                                              .seed = options.seed});
  return Model(std::move(state));
}

const std::vector<Signature>& Model::signatures() const { return state_->signatures; }
const Module& Model::module() const { return *state_->module; }
const std::vector<std::string>& Model::warnings() const { return state_->module->warnings; }

Status Model::prepare(int signature, std::span<const Shape> shapes) {
  if (signature < 0 || static_cast<std::size_t>(signature) >= state_->signatures.size()) {
    return Error{Code::kInvalidArgument, "no such signature", {}};
  }
  const Signature& s = state_->signatures[static_cast<std::size_t>(signature)];
  if (shapes.size() != s.inputs.size()) {
    return Error{Code::kInvalidArgument,
                 "expected " + std::to_string(s.inputs.size()) + " inputs, got " +
                     std::to_string(shapes.size()),
                 {}};
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (Status status = check_shape(s.inputs[i], shapes[i]); !status) return status;
  }
  const GraphId graph = state_->module->entries[static_cast<std::size_t>(signature)].graph;
  if (Status status = state_->executable->prepare(graph, shapes); !status) {
    // The module was inferred when it was read: what fails now is due to these shapes.
    Error error = status.error();
    if (error.code == Code::kInvalidModel) error.code = Code::kInvalidArgument;
    return error;
  }
  state_->current = graph;
  return {};
}

Tensor Model::input(int i) { return state_->executable->input(state_->current, i); }

Status Model::set_strings(int i, std::span<const std::string> strings) {
  const Tensor target = input(i);
  if (target.dtype != DType::kString)
    return Error{Code::kInvalidArgument, "this input takes no strings", {}};
  if (static_cast<std::int64_t>(strings.size()) != target.elements()) {
    return Error{Code::kInvalidArgument,
                 "expected " + std::to_string(target.elements()) + " strings, got " +
                     std::to_string(strings.size()),
                 {}};
  }
  Buffer block = pack_strings(strings);
  if (!block) return Error{Code::kBudgetExceeded, "strings exceed 2 GiB", {}};
  Tensor value = target;
  value.data = block.mutable_data();
  value.size = block.size();
  return state_->executable->set_input(state_->current, i, value);
}

Status Model::run() {
  if (state_->current == GraphId::kNone)
    return Error{Code::kInvalidArgument, "run before prepare", {}};
  return state_->executable->run(state_->current);
}

Tensor Model::output(int i) const { return state_->executable->output(state_->current, i); }

namespace {

std::string place_text(const Placement& p) {
  switch (p.kind) {
    case Placement::Kind::kXnnpack:
      return "xnnpack " + std::to_string(p.segment);
    case Placement::Kind::kReference:
      return "reference";
    case Placement::Kind::kDynamic:
      return "dynamic";
    case Placement::Kind::kFolded:
      return "folded";
  }
  return {};
}

Model::Report::Row row_of(const Node& node, const Placement& placement,
                          const std::vector<Value>& values) {
  Model::Report::Row row{node.name,
                         std::string(node.op->name_of(node.attributes.get())),
                         place_text(placement),
                         placement.reason,
                         {},
                         {}};
  for (const ValueId id : node.inputs)
    row.inputs.push_back(id == ValueId::kNone ? TensorType{} : values[index(id)].type);
  for (const ValueId id : node.outputs)
    row.outputs.push_back(id == ValueId::kNone ? TensorType{} : values[index(id)].type);
  const Cost cost = node.op->cost(node.attributes.get(), {row.inputs, row.outputs});
  row.macs = cost.macs;
  row.flops = cost.flops;
  return row;
}

}  // namespace

Model::Report Model::report() const {
  Report report;
  for (const Graph& graph : state_->module->graphs) {
    for (const Value& v : graph.values) {
      if (!v.is_constant) continue;
      report.constant_bytes += v.constant.size();
      if (!v.constant.empty()) report.parameters += v.type.shape.checked_elements().value_or(0);
    }
  }
  if (state_->current == GraphId::kNone) return report;
  const Plan& plan = state_->executable->plan(state_->current);
  const Graph& graph = state_->module->graph(state_->current);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    report.rows.push_back(row_of(graph.nodes[n], plan.placements[n], plan.values));
  report.arena_bytes = plan.arena.size();
  report.segments = static_cast<int>(plan.segments.size());
  return report;
}

void Model::reset() { state_->executable->reset(); }

}  // namespace tare
