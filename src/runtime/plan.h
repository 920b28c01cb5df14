// A plan: everything about running one graph for one set of input shapes that can be settled
// beforehand. Nodes whose shapes are known run in XNNPACK segments or as reference kernels over one
// arena; a node whose shapes depend on data is dynamic: inferred, allocated and run when its inputs
// are there.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/budgets.h"
#include "ir/facets.h"
#include "runtime/xnn_segment.h"

namespace tare {

struct Step {
  enum class Kind { kXnnpack, kReference, kDynamic };
  Kind kind = Kind::kReference;
  std::size_t segment = 0;  // of kXnnpack
  const Node* node = nullptr;
  const EvalFacet* eval = nullptr;
  std::vector<Tensor*> inputs;  // null where absent
  std::vector<Tensor*> outputs;
};

// Where a node runs, for people.
struct Placement {
  enum class Kind { kXnnpack, kReference, kDynamic, kFolded };
  Kind kind = Kind::kReference;
  std::size_t segment = 0;
  std::string reason;  // why not XNNPACK
};

struct Plan {
  std::vector<Shape> input_shapes;
  std::vector<Value> values;    // concrete types; constants, those folded for these shapes included
  std::vector<Tensor> tensors;  // one a value
  std::vector<TensorValue> owned;  // one a value: storage of dynamic, string and handle values
  Buffer arena;
  std::vector<XnnSegment> segments;
  std::vector<Step> steps;
  std::vector<Placement> placements;  // one a node
};

struct PlanOptions {
  Budgets budgets;
  bool use_xnnpack = true;
  std::uint64_t seed = 0;  // for random ops whose file gives none
};

// State of the graph's variable values, by ValueId index and size: each batch size has a state of
// its own. Made when a plan first needs it.
using VariableStore = std::map<std::pair<std::size_t, std::size_t>, TensorValue>;

// What a variable holds at first: zero, which is its zero point where it is int8.
void set_to_zero(TensorValue& variable);

Result<std::unique_ptr<Plan>> make_plan(const Graph& graph, std::span<const Shape> input_shapes,
                                        const InferContext::CallGraph& call,
                                        const PlanOptions& options, VariableStore& variables);

}  // namespace tare
