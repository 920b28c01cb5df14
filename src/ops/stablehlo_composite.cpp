// STABLEHLO_COMPOSITE names a graph that says what it computes. There is no op for it: the graph
// takes its place, so that its nodes are lowered and fused like any other.
#include "ir/facets.h"
#include "ir/inline_graph.h"
#include "ports/tflite_node.h"

namespace tare {
namespace {

void read_tflite(TfliteNode& n) {
  if (!n.expect(0, INT32_MAX, n.outputs())) return;
  const GraphId graph =
      n.subgraph(n.options<tflite::StableHLOCompositeOptions>().decomposition_subgraph_index());
  if (!n.ok()) return;
  const auto results = inline_graph(n.builder(), graph, n.all_inputs(), n.all_outputs());
  for (int i = 0; i < n.outputs() && n.ok(); ++i) {
    if (results[static_cast<std::size_t>(i)] != n.output(i))
      n.alias(i, results[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

extern const ReadTfliteFacet read_tflite_stablehlo_composite{
    tflite::BuiltinOperator_STABLEHLO_COMPOSITE, read_tflite};

}  // namespace tare
