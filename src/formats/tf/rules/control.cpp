// Calls, loops and branches. A called function takes the call's place; bodies of loops and branches
// become graphs.
#include "ir/facets.h"
#include "ops/common/call_graph.h"
#include "ops/compose.h"
#include "ops/if.h"
#include "ops/stablehlo_case.h"
#include "ops/while.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr int kMaxRounds = 6;

void call(TfNode& n) {
  n.outputs(n.functions().inlined(n.function("f"), n.all_inputs(), n.builder()));
}

// A condition may be a number, which holds when it is not zero.
ValueId as_bool(TfNode& n, ValueId x) {
  Compose g(n.builder());
  if (!n.ok() || g.dtype(x) == DType::kBool) return x;
  return g.binary(BinaryKind::kNotEqual, x, 0.0);
}

std::vector<TensorType> types_of(TfNode& n, std::span<const ValueId> values) {
  std::vector<TensorType> types;
  for (const ValueId v : values) types.push_back(n.builder().type(v));
  return types;
}

void branch(TfNode& n) {
  if (!n.expect(1, INT32_MAX)) return;
  const std::span<const ValueId> arguments(n.all_inputs().data() + 1, n.all_inputs().size() - 1);
  const auto types = types_of(n, arguments);
  const std::vector<bool> fixed(arguments.size(), true);
  const auto graph = [&](const char* attr) {
    return n.functions().graph_of(n.function(attr), arguments, types, n.builder(), fixed);
  };
  If op;
  op.then_graph = graph("then_branch");
  op.else_graph = graph("else_branch");
  if (!n.ok()) return;
  const std::size_t count = n.builder().module().graph(op.then_graph).outputs.size();
  std::vector<ValueId> inputs(n.all_inputs());
  inputs[0] = as_bool(n, inputs[0]);
  n.outputs(n.builder().emit_n(op, inputs, static_cast<int>(count)));
}

void choice(TfNode& n) {
  if (!n.expect(1, INT32_MAX)) return;
  const std::span<const ValueId> arguments(n.all_inputs().data() + 1, n.all_inputs().size() - 1);
  const auto types = types_of(n, arguments);
  const std::vector<bool> fixed(arguments.size(), true);
  StablehloCase op;
  for (const std::string& name : n.functions_of("branches"))
    op.branches.push_back(n.functions().graph_of(name, arguments, types, n.builder(), fixed));
  if (!n.ok() || !n.require(!op.branches.empty(), "branches: expected a function at least")) return;
  const std::size_t count = n.builder().module().graph(op.branches[0]).outputs.size();
  n.outputs(n.builder().emit_n(op, n.all_inputs(), static_cast<int>(count)));
}

// Shapes that a trip changes become unknown where they differ; true when some did.
bool widen(TfNode& n, GraphId body, std::vector<TensorType>& types, int round) {
  const Graph& graph = n.builder().module().graph(body);
  if (!n.require(graph.outputs.size() == types.size(),
                 "the body gives " + std::to_string(graph.outputs.size()) + " values and takes " +
                     std::to_string(types.size())))
    return false;
  bool wider = false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const TensorType& next = graph.value(graph.outputs[i]).type;
    if (!n.require(next.dtype == types[i].dtype,
                   "the body changes the type of value " + std::to_string(i)))
      return false;
    const Shape covering = covering_shape(types[i].shape, next.shape);
    if (covering == types[i].shape) continue;
    types[i].shape = round < kMaxRounds ? covering : Shape::unknown();
    wider = true;
  }
  return wider;
}

void loop(TfNode& n) {
  if (!n.expect(1, INT32_MAX)) return;
  const std::string body = n.function("body");
  const std::string cond = n.function("cond");
  const auto passed = n.functions().passed_on(body);
  std::vector<bool> fixed(n.all_inputs().size(), false);
  for (std::size_t i = 0; i < fixed.size() && i < passed.size(); ++i)
    fixed[i] = passed[i] == static_cast<int>(i);
  auto types = types_of(n, n.all_inputs());
  std::vector<Graph>& graphs = n.builder().module().graphs;
  const std::size_t before = graphs.size();
  While op;
  for (int round = 0;; ++round) {
    graphs.resize(before);
    op.body_graph = n.functions().graph_of(body, n.all_inputs(), types, n.builder(), fixed);
    if (!n.ok() || !widen(n, op.body_graph, types, round)) break;
  }
  op.cond_graph = n.functions().graph_of(cond, n.all_inputs(), types, n.builder(), fixed);
  if (!n.ok()) return;
  GraphBuilder condition(n.builder().module(), op.cond_graph);
  auto& results = condition.graph().outputs;
  if (!n.require(results.size() == 1, "the condition must give one value")) return;
  if (condition.type(results[0]).dtype != DType::kBool) {
    results[0] =
        condition.emit(Binary{.kind = BinaryKind::kNotEqual},
                       {results[0], condition.scalar(condition.type(results[0]).dtype, 0)});
  }
  n.outputs(n.builder().emit_n(op, n.all_inputs(), n.inputs()));
}

}  // namespace

extern const ReadTfFacet read_tf_case{"Case", choice};
extern const ReadTfFacet read_tf_if{"If", branch};
extern const ReadTfFacet read_tf_partitioned_call{"PartitionedCall", call};
extern const ReadTfFacet read_tf_stateful_partitioned_call{"StatefulPartitionedCall", call};
extern const ReadTfFacet read_tf_stateless_case{"StatelessCase", choice};
extern const ReadTfFacet read_tf_stateless_if{"StatelessIf", branch};
extern const ReadTfFacet read_tf_stateless_while{"StatelessWhile", loop};
extern const ReadTfFacet read_tf_while{"While", loop};

}  // namespace tare
