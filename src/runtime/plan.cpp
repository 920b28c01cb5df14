// With the types settled: cuts segments, lays out the arena, compiles.
#include "runtime/plan.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/parts.h"
#include "runtime/memory_plan.h"
#include "runtime/partition.h"
#include "runtime/settle_types.h"

namespace tare {
namespace {

class Planner {
 public:
  Planner(const Graph& graph, const InferContext::CallGraph& call, const PlanOptions& options,
          VariableStore& variables)
      : graph_(graph), call_(call), options_(options), variables_(variables) {}

  Result<std::unique_ptr<Plan>> plan(std::span<const Shape> shapes) {
    plan_->input_shapes.assign(shapes.begin(), shapes.end());
    if (Status s = settle_types(graph_, shapes, call_, *plan_); !s) return s.error();
    if (Status s = check_costs(); !s) return s.error();
    cut();
    if (Status s = place(); !s) return s.error();
    if (Status s = compile(); !s) return s.error();
    return std::move(plan_);
  }

 private:
  Status check_costs() const {
    double macs = 0;
    for (const Node& node : graph_.nodes) {
      std::vector<TensorType> in, out;
      for (const ValueId id : node.inputs)
        in.push_back(id == ValueId::kNone ? TensorType{} : plan_->values[index(id)].type);
      for (const ValueId id : node.outputs)
        out.push_back(id == ValueId::kNone ? TensorType{} : plan_->values[index(id)].type);
      const Cost cost = node.op->cost(node.attributes.get(), {in, out});
      macs += static_cast<double>(std::max<std::int64_t>(cost.macs, 0));
      if (macs > static_cast<double>(options_.budgets.macs)) {
        return Error{Code::kBudgetExceeded, "more multiply-accumulates than the budget allows",
                     node_place(node)};
      }
    }
    return {};
  }

  // XNNPACK keeps weights in a form of its own, once for each node, though nodes may share them.
  std::uint64_t constant_bytes(const Node& node) const {
    std::uint64_t bytes = 0;
    for (const ValueId id : node.inputs)
      bytes += id == ValueId::kNone ? 0 : plan_->values[index(id)].constant.size();
    return bytes;
  }

  void cut() {
    std::uint64_t packed = 0;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      Placement& p = plan_->placements[n];
      if (p.kind != Placement::Kind::kReference) continue;
      p.reason =
          options_.use_xnnpack ? probe_xnnpack(graph_.nodes[n], plan_->values) : "switched off";
      if (!p.reason.empty()) continue;
      if (kParts.kernels) packed += constant_bytes(graph_.nodes[n]);
      if (packed > options_.budgets.bytes)
        p.reason = "XNNPACK's weights would exceed the budget of bytes";
      else
        p.kind = Placement::Kind::kXnnpack;
    }
    schedule_ = partition(graph_, plan_->values, plan_->placements);
  }

  // Gives every value its tensor.
  Status place() {
    const std::size_t count = plan_->values.size();
    plan_->tensors.resize(count);
    plan_->owned.resize(count);
    const auto lives = lifetimes(graph_, plan_->values, schedule_);
    std::vector<Lifetime> arena;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < count; ++i) {
      Value& v = plan_->values[i];
      Tensor& t = plan_->tensors[i];
      t = {v.type.dtype, v.type.shape, v.type.quantization.get(), nullptr, 0, {}};
      plan_->owned[i].type = v.type;
      if (v.is_constant) {
        t.data = v.constant.mutable_data();
        t.size = v.constant.size();
      } else if (v.is_variable) {
        if (Status s = place_variable(i); !s) return s;
      } else if (lives[i]) {
        const auto bytes = byte_size(v.type.dtype, v.type.shape);
        if (!bytes || *bytes > options_.budgets.bytes) return too_large(v);
        t.size = *bytes;
        arena.push_back({*bytes, lives[i]->first, lives[i]->last});
        owners.push_back(i);
      }
    }
    const auto memory = plan_memory(arena);
    if (!memory || memory->bytes > options_.budgets.bytes)
      return Error{Code::kBudgetExceeded, "the run needs more memory than the budget", {}};
    plan_->arena = Buffer::allocate(memory->bytes);
    if (!plan_->arena) return Error{Code::kBudgetExceeded, "out of memory", {}};
    for (std::size_t k = 0; k < owners.size(); ++k) {
      plan_->tensors[owners[k]].data = plan_->arena.mutable_data() + memory->offsets[k];
    }
    return {};
  }

  Status place_variable(std::size_t i) {
    Value& v = plan_->values[i];
    if (!kParts.kernels) return Error{Code::kUnsupported, "this build keeps no state", v.name};
    const auto bytes = byte_size(v.type.dtype, v.type.shape);
    if (!bytes || *bytes > options_.budgets.bytes) return too_large(v);
    TensorValue& state = variables_[{i, *bytes}];
    if (!state.bytes) {
      state = TensorValue::zeros(v.type);
      if (state.bytes) set_to_zero(state);
    }
    if (!state.bytes) return Error{Code::kBudgetExceeded, "out of memory", v.name};
    plan_->tensors[i] = state.view();
    plan_->tensors[i].quantization = v.type.quantization.get();
    return {};
  }

  static Error too_large(const Value& v) {
    return {Code::kBudgetExceeded,
            "tensor '" + v.name + "' " + v.type.shape.text() + " exceeds the budget of bytes",
            {}};
  }

  Status compile() {
    for (const ScheduledStep& s : schedule_) {
      if (s.xnnpack) {
        if (Status status = compile_segment(s); !status) return status;
      } else {
        Step step;
        if (Status status = bind(s.nodes[0], step); !status) return status;
        plan_->steps.push_back(std::move(step));
      }
    }
    return {};
  }

  Status bind(std::size_t n, Step& step) {
    const Node& node = graph_.nodes[n];
    step.node = &node;
    if (kParts.kernels) step.eval = find_eval(node.op);
    if (step.eval == nullptr)
      return Error{Code::kUnsupported, "this build has no kernel for it", node_place(node)};
    step.kind = plan_->placements[n].kind == Placement::Kind::kDynamic ? Step::Kind::kDynamic
                                                                       : Step::Kind::kReference;
    for (const ValueId id : node.inputs)
      step.inputs.push_back(id == ValueId::kNone ? nullptr : &plan_->tensors[index(id)]);
    for (const ValueId id : node.outputs)
      step.outputs.push_back(id == ValueId::kNone ? nullptr : &plan_->tensors[index(id)]);
    return {};
  }

  // A segment that XNNPACK cannot compile after all runs node by node on reference kernels.
  Status compile_segment(const ScheduledStep& s) {
    std::vector<const Node*> nodes;
    for (const std::size_t n : s.nodes) nodes.push_back(&graph_.nodes[n]);
    auto segment = XnnSegment::create(nodes, plan_->values, s.inputs, s.outputs);
    std::vector<std::byte*> pointers;
    for (const ValueId id : s.inputs) pointers.push_back(plan_->tensors[index(id)].data);
    for (const ValueId id : s.outputs) pointers.push_back(plan_->tensors[index(id)].data);
    if (!segment) return Error{segment.error()};
    if (!segment->set_up(pointers))
      return Error{Code::kInternal, "XNNPACK cannot set up this segment", {}};
    for (const std::size_t n : s.nodes) plan_->placements[n].segment = plan_->segments.size();
    Step step;
    step.kind = Step::Kind::kXnnpack;
    step.segment = plan_->segments.size();
    plan_->steps.push_back(std::move(step));
    plan_->segments.push_back(segment.take());
    return {};
  }

  const Graph& graph_;
  const InferContext::CallGraph& call_;
  const PlanOptions& options_;
  VariableStore& variables_;
  std::unique_ptr<Plan> plan_ = std::make_unique<Plan>();
  std::vector<ScheduledStep> schedule_;
};

}  // namespace

void set_to_zero(TensorValue& variable) {
  // As TFLite does it, and for int8 only.
  const int zero = variable.type.dtype == DType::kInt8 ? variable.type.zero_point() : 0;
  std::memset(variable.bytes.mutable_data(), zero, variable.bytes.size());
}

Result<std::unique_ptr<Plan>> make_plan(const Graph& graph, std::span<const Shape> input_shapes,
                                        const InferContext::CallGraph& call,
                                        const PlanOptions& options, VariableStore& variables) {
  auto plan = Planner(graph, call, options, variables).plan(input_shapes);
  if (!plan && plan.error().code == Code::kInternal && options.use_xnnpack) {
    // XNNPACK accepted each node and then refused the whole: correct without it beats fast.
    PlanOptions without = options;
    without.use_xnnpack = false;
    return Planner(graph, call, without, variables).plan(input_shapes);
  }
  return plan;
}

}  // namespace tare
