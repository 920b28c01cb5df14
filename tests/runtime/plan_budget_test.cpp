// XNNPACK packs weights once a node: past the budget nodes run on reference kernels.
#include <gtest/gtest.h>

#include "ops/fully_connected/fully_connected.h"
#include "ops/unary/unary.h"
#include "runtime/plan.h"
#include "support/run_graph.h"

namespace tare {
namespace {

using test::TestGraph;

TEST(PlanBudget, CountsSharedWeightsOncePerNode) {
  TestGraph g;
  ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1, 500}));
  const ValueId w = g.floats({500, 500}, test::ramp({500, 500}));
  for (int i = 0; i < 5; ++i) x = g.builder.emit(FullyConnected{}, {x, w});
  g.builder.output(x);
  const PlanOptions options{.budgets = {.bytes = 2'500'000}};
  Executable executable(std::make_shared<const Module>(g.module), options);
  const Shape shapes[] = {{1, 500}};
  ASSERT_TRUE(executable.prepare(static_cast<GraphId>(0), shapes).ok());
  int packed = 0;
  for (const Placement& p : executable.plan(static_cast<GraphId>(0)).placements)
    packed += p.kind == Placement::Kind::kXnnpack;
  EXPECT_EQ(packed, 2);
}

// XNNPACK compares all values of a segment that live at the same time.
TEST(PlanBudget, CutsLongSegments) {
  TestGraph g;
  ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1, 4}));
  for (int i = 0; i < 5000; ++i) x = g.builder.emit(Unary{UnaryKind::kTanh}, {x});
  g.builder.output(x);
  Executable executable(std::make_shared<const Module>(g.module), PlanOptions{});
  const Shape shapes[] = {{1, 4}};
  ASSERT_TRUE(executable.prepare(static_cast<GraphId>(0), shapes).ok());
  EXPECT_EQ(executable.plan(static_cast<GraphId>(0)).segments.size(), 3u);
}

}  // namespace
}  // namespace tare
