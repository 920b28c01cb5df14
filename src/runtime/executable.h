// Runs the graphs of one module: plans by input shapes, state that outlives runs, budgets. One run
// at a time.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "ir/budgets.h"
#include "ir/eval_context.h"
#include "ir/graph.h"
#include "runtime/plan.h"

namespace tare {

class GraphRunner;

class Executable {
 public:
  // The module must be sound; what has neither lowering nor kernel here fails when it is planned.
  Executable(std::shared_ptr<const Module> module, const PlanOptions& options);
  ~Executable();
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  // Makes (or finds) the plan of a graph for these input shapes and makes it the graph's current
  // one.
  Status prepare(GraphId graph, std::span<const Shape> shapes);
  // Of the current plan. Input bytes are written by the caller; string and handle inputs through
  // set_input.
  Tensor& input(GraphId graph, int i);
  Status set_input(GraphId graph, int i, const Tensor& value);
  Status run(GraphId graph);
  const Tensor& output(GraphId graph, int i) const;
  const Plan& plan(GraphId graph) const;

  // Forgets state; the initializer runs again before the next run.
  void reset();

  const Module& module() const { return *module_; }

 private:
  friend class GraphRunner;
  friend class StepHost;
  GraphRunner& runner(GraphId graph);
  std::uint64_t seed();
  Result<std::vector<TensorValue>> call(GraphId graph, std::span<const Tensor> inputs);
  bool within_time(ErrorSink& sink);
  Status initialise();

  std::shared_ptr<const Module> module_;
  PlanOptions options_;
  std::vector<std::unique_ptr<GraphRunner>> runners_;  // one a graph, made when first needed
  Resources resources_;
  bool initialised_ = false;
  int depth_ = 0;
  std::int64_t trips_ = 0;
  double deadline_ = 0;
};

}  // namespace tare
