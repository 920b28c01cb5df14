// Nodes that change nothing: reshapes to the same shape, reshapes of reshapes, transposes that
// cancel.
//
// A reshape is an identity when input and output have one shape, unknown extents included as long
// as they are named.
#include <algorithm>

#include "ir/rewrite.h"
#include "ops/reshape.h"
#include "ops/transpose.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

bool same_for_sure(const Shape& a, const Shape& b) {
  return a.ranked() && a == b &&
         std::none_of(a.begin(), a.end(), [](Dim d) { return d == kUnknownDim; });
}

bool is_graph_input(const Graph& graph, ValueId id) {
  return std::find(graph.inputs.begin(), graph.inputs.end(), id) != graph.inputs.end();
}

std::optional<Rewrite> same_shape(Graph& graph, const Uses& uses, std::size_t n) {
  const Node& node = graph.nodes[n];
  if (!node.as<Reshape>()) return std::nullopt;
  const Value& in = graph.value(node.inputs[0]);
  const Value& out = graph.value(node.outputs[0]);
  if (!same_for_sure(in.type.shape, out.type.shape)) return std::nullopt;
  // A fixed first extent is a batch that a caller may still change: then the reshape is not idle.
  if (node.as<Reshape>()->file_batch > 0 && in.type.shape.rank() > 1 &&
      out.type.shape[0] != in.type.shape[0])
    return std::nullopt;
  const auto& readers = uses.readers(node.outputs[0]);
  const bool is_output = std::find(readers.begin(), readers.end(), Uses::npos) != readers.end();
  if (is_output && is_graph_input(graph, node.inputs[0])) return std::nullopt;
  return Rewrite{.remove = {n}, .add = {}, .forward = {{node.outputs[0], node.inputs[0]}}};
}

// The inner reshape's shape is lost on the outer one, unless the outer one asks for the batch of
// the inner.
std::optional<Rewrite> of_reshape(Graph& graph, const Uses& uses, std::size_t n) {
  const Node& node = graph.nodes[n];
  const Reshape* outer = node.as<Reshape>();
  if (outer == nullptr || outer->file_batch > 0) return std::nullopt;
  const std::size_t p = uses.producer(node.inputs[0]);
  if (p == Uses::npos || !graph.nodes[p].as<Reshape>() || uses.only_reader(node.inputs[0]) != n)
    return std::nullopt;
  if (graph.nodes[p].inputs[0] == ValueId::kNone || is_graph_input(graph, node.outputs[0]))
    return std::nullopt;
  Node joined = node;
  joined.inputs[0] = graph.nodes[p].inputs[0];
  return Rewrite{.remove = {p, n}, .add = {std::move(joined)}, .forward = {}};
}

std::vector<std::int64_t> permutation(const Graph& graph, const Node& node) {
  const Value& order = graph.value(node.inputs[1]);
  std::vector<std::int64_t> result;
  if (!order.is_constant) return result;
  const TensorValue owned{order.type, order.constant, {}};
  const std::int64_t rank = order.type.shape.elements();
  for (std::int64_t i = 0; i < rank; ++i) {
    const std::int64_t p = integer_at(owned.view(), i);
    result.push_back(p < 0 ? p + rank : p);
  }
  return result;
}

// A transpose right after one that it undoes.
std::optional<Rewrite> undone_transpose(Graph& graph, const Uses& uses, std::size_t n) {
  const Node& node = graph.nodes[n];
  if (!node.as<Transpose>()) return std::nullopt;
  const std::size_t p = uses.producer(node.inputs[0]);
  if (p == Uses::npos || !graph.nodes[p].as<Transpose>()) return std::nullopt;
  const auto outer = permutation(graph, node), inner = permutation(graph, graph.nodes[p]);
  if (outer.empty() || outer.size() != inner.size()) return std::nullopt;
  for (std::size_t i = 0; i < outer.size(); ++i) {
    if (inner[static_cast<std::size_t>(outer[i])] != static_cast<std::int64_t>(i))
      return std::nullopt;
  }
  const ValueId source = graph.nodes[p].inputs[0];
  const auto& readers = uses.readers(node.outputs[0]);
  const bool is_output = std::find(readers.begin(), readers.end(), Uses::npos) != readers.end();
  if (is_output && is_graph_input(graph, source)) return std::nullopt;
  return Rewrite{.remove = {n}, .add = {}, .forward = {{node.outputs[0], source}}};
}

void remove_identities(Graph& graph, PassBudget&) {
  rewrite_all(graph, same_shape);
  rewrite_all(graph, of_reshape);
  rewrite_all(graph, undone_transpose);
}

}  // namespace

extern const PassFacet pass_remove_identities{"remove_identities", remove_identities};

}  // namespace tare
