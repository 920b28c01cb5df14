// What a builder keeps beside the graph is bounded: names, and contents of integer tensors.
#include "ir/graph_builder.h"

#include <gtest/gtest.h>

#include "ops/binary/binary.h"
#include "ops/concatenation.h"
#include "ops/unary/unary.h"
#include "support/run_graph.h"

namespace tare {
namespace {

using test::TestGraph;

std::size_t contents(const Graph& graph) {
  std::size_t elements = 0;
  for (const Value& v : graph.values) elements += v.contents ? v.contents->size() : 0;
  return elements;
}

// Each is twice as long as the one before.
TEST(GraphBuilder, KeepsNoLongContents) {
  TestGraph g;
  ValueId x = g.builder.constant("x", tensor_type(DType::kInt32, {4}), Buffer::allocate(16));
  for (int i = 0; i < 26; ++i) x = g.builder.emit(Concatenation{}, {x, x});
  ASSERT_TRUE(g.builder.ok()) << g.builder.error().text();
  EXPECT_EQ(g.builder.shape(x), Shape({Dim{4} << 26}));
  EXPECT_LE(contents(g.module.graphs[0]), 2u * 4096);
}

TEST(GraphBuilder, KeepsFewContentsInAll) {
  TestGraph g;
  const ValueId one = g.builder.scalar_i32(1);
  ValueId x =
      g.builder.constant("x", tensor_type(DType::kInt32, {4096}), Buffer::allocate(4 * 4096));
  for (int i = 0; i < 1000; ++i) x = g.builder.emit(Binary{.kind = BinaryKind::kAdd}, {x, one});
  ASSERT_TRUE(g.builder.ok()) << g.builder.error().text();
  EXPECT_LE(contents(g.module.graphs[0]), 1u << 20);
}

TEST(GraphBuilder, CutsLongNames) {
  TestGraph g;
  g.builder.set_scope(std::string(1'000'000, 'n'));
  ValueId x = g.builder.input("x", tensor_type(DType::kFloat32, {1}));
  for (int i = 0; i < 100'000; ++i) x = g.builder.emit(Unary{UnaryKind::kNeg}, {x});
  std::size_t bytes = 0;
  for (const Node& node : g.module.graphs[0].nodes) bytes += node.name.size();
  EXPECT_LE(bytes, 40u << 20);
  EXPECT_EQ(g.module.graphs[0].nodes.back().name.substr(0, 1), "#");
}

}  // namespace
}  // namespace tare
