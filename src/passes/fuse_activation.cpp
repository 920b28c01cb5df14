// relu, relu6 and relu_n1_to_1 become part of the float op before them.
//
// The op before must be read by the activation alone. Quantised graphs have their activations fused
// by whoever quantised them: a clamp between two quantisations is not the same numbers.
#include "ir/rewrite.h"
#include "ops/binary/binary.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/fully_connected/fully_connected.h"
#include "ops/unary/unary.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

Activation activation_of(const Unary& unary) {
  switch (unary.kind) {
    case UnaryKind::kRelu:
      return Activation::kRelu;
    case UnaryKind::kRelu6:
      return Activation::kRelu6;
    case UnaryKind::kReluN1To1:
      return Activation::kReluN1To1;
    default:
      return Activation::kNone;
  }
}

// The node with the activation added; empty when its op has none or another already.
template <class A>
bool take(const Node& node, Activation activation, Node& fused) {
  const A* attributes = node.as<A>();
  if (attributes == nullptr || attributes->activation != Activation::kNone) return false;
  A changed = *attributes;
  changed.activation = activation;
  fused = with_attributes(node, std::move(changed));
  return true;
}

bool has_activation(const Binary& op) { return op.kind <= BinaryKind::kDiv; }

std::optional<Rewrite> rule(Graph& graph, const Uses& uses, std::size_t n) {
  const Node& node = graph.nodes[n];
  const Unary* unary = node.as<Unary>();
  if (unary == nullptr || activation_of(*unary) == Activation::kNone) return std::nullopt;
  const Value& input = graph.value(node.inputs[0]);
  const std::size_t p = uses.producer(node.inputs[0]);
  if (p == Uses::npos || uses.only_reader(node.inputs[0]) != n) return std::nullopt;
  if (input.type.dtype != DType::kFloat32 || input.type.quantized()) return std::nullopt;
  const Node& producer = graph.nodes[p];
  const Activation activation = activation_of(*unary);
  if (const Binary* binary = producer.as<Binary>(); binary && !has_activation(*binary))
    return std::nullopt;
  Node fused;
  const bool taken = take<FullyConnected>(producer, activation, fused) ||
                     take<Binary>(producer, activation, fused) ||
                     take<Conv2D>(producer, activation, fused) ||
                     take<DepthwiseConv2D>(producer, activation, fused);
  if (!taken) return std::nullopt;
  fused.outputs = node.outputs;
  return Rewrite{.remove = {p, n}, .add = {std::move(fused)}, .forward = {}};
}

}  // namespace

extern const PassFacet pass_fuse_activation{
    "fuse_activation", [](Graph& graph, PassBudget&) { rewrite_all(graph, rule); }};

}  // namespace tare
