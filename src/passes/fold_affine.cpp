// A product with, or a sum of, one constant a channel becomes part of the weights and bias of the
// float convolution or dense layer before it: this is how batch normalisation disappears.
//
// y = (x . w + b) * m + a  =  x . (w * m) + (b * m + a), channel by channel.
#include <cstring>

#include "base/half.h"
#include "ir/rewrite.h"
#include "ops/binary/binary.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/fully_connected/fully_connected.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

// A float constant's elements; empty when it is none.
std::vector<float> floats(const Value& v) {
  std::vector<float> result;
  if (!v.is_constant) return result;
  if (v.type.dtype == DType::kFloat32) {
    const auto data = v.constant.as<float>();
    result.assign(data.begin(), data.end());
  } else if (v.type.dtype == DType::kFloat16) {
    for (const std::uint16_t h : v.constant.as<std::uint16_t>()) result.push_back(half_to_float(h));
  }
  return result;
}

ValueId add_floats(Graph& graph, std::string name, const Shape& shape,
                   const std::vector<float>& data) {
  Buffer bytes = Buffer::allocate(data.size() * sizeof(float));
  if (!bytes) return ValueId::kNone;
  std::memcpy(bytes.mutable_data(), data.data(), data.size() * sizeof(float));
  return graph.add_value({.name = std::move(name),
                          .type = tensor_type(DType::kFloat32, shape),
                          .constant = std::move(bytes),
                          .is_constant = true});
}

// Where the output channels of a linear node's filter lie; 0 when the node is none that can be
// folded into.
struct Linear {
  std::int64_t channels = 0;
  bool channels_last = false;  // else they come first
};

template <class A>
bool plain(const Node& node) {
  const A* a = node.as<A>();
  return a != nullptr && a->activation == Activation::kNone;
}

Linear linear_of(const Graph& graph, const Node& node) {
  const bool dense = plain<FullyConnected>(node), conv = plain<Conv2D>(node),
             depthwise = plain<DepthwiseConv2D>(node);
  if (!dense && !conv && !depthwise) return {};
  const Shape& filter = graph.value(node.inputs[1]).type.shape;
  if (filter.rank() < 1) return {};
  return {depthwise ? filter.back() : filter[0], depthwise};
}

// The constant as one number a channel; empty when it is not one (or changes the shape of what it
// meets).
std::vector<float> per_channel(const Value& constant, std::int64_t channels, const Shape& with) {
  if (constant.type.shape.rank() > with.rank()) return {};
  std::vector<float> values = floats(constant);
  if (values.empty()) return {};
  if (values.size() == 1)
    values.resize(static_cast<std::size_t>(channels), values[0]);
  else if (constant.type.shape.back() != channels)
    return {};
  if (static_cast<std::int64_t>(values.size()) != channels) return {};
  return values;
}

// Each product makes the weights anew.
bool spend(PassBudget& budget, const Value& weights) {
  if (weights.constant.size() > budget.bytes) return false;
  budget.bytes -= weights.constant.size();
  return true;
}

std::optional<Rewrite> rule(Graph& graph, const Uses& uses, std::size_t n, PassBudget& budget) {
  const Node node = graph.nodes[n];
  const Binary* binary = node.as<Binary>();
  if (binary == nullptr || graph.value(node.outputs[0]).type.dtype != DType::kFloat32)
    return std::nullopt;
  const bool product = binary->kind == BinaryKind::kMul, sum = binary->kind == BinaryKind::kAdd,
             difference = binary->kind == BinaryKind::kSub;
  if (!product && !sum && !difference) return std::nullopt;
  const int side = graph.value(node.inputs[1]).is_constant ? 1 : 0;
  if (difference && side == 0) return std::nullopt;
  const ValueId x = node.inputs[static_cast<std::size_t>(1 - side)];
  const std::size_t p = uses.producer(x);
  if (p == Uses::npos || uses.only_reader(x) != n) return std::nullopt;
  const Node before = graph.nodes[p];
  const Linear linear = linear_of(graph, before);
  if (linear.channels == 0) return std::nullopt;
  const std::vector<float> factors =
      per_channel(graph.value(node.inputs[static_cast<std::size_t>(side)]), linear.channels,
                  graph.value(x).type.shape);
  if (factors.empty() || !spend(budget, graph.value(before.inputs[1]))) return std::nullopt;
  std::vector<float> weights = floats(graph.value(before.inputs[1]));
  const bool has_bias = before.inputs.size() > 2 && before.inputs[2] != ValueId::kNone;
  std::vector<float> bias =
      has_bias ? floats(graph.value(before.inputs[2]))
               : std::vector<float>(static_cast<std::size_t>(linear.channels), 0.0f);
  if (weights.empty() || static_cast<std::int64_t>(bias.size()) != linear.channels)
    return std::nullopt;

  Node folded = before;
  if (product) {
    const std::size_t inner =
        linear.channels_last ? 1 : weights.size() / static_cast<std::size_t>(linear.channels);
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] *= factors[i / inner % static_cast<std::size_t>(linear.channels)];
    const Value& old = graph.value(before.inputs[1]);
    folded.inputs[1] = add_floats(graph, old.name, old.type.shape, weights);
  }
  for (std::size_t i = 0; i < bias.size(); ++i)
    bias[i] = product ? bias[i] * factors[i] : sum ? bias[i] + factors[i] : bias[i] - factors[i];
  folded.inputs.resize(3, ValueId::kNone);
  folded.inputs[2] = add_floats(graph, before.name + "/bias", {linear.channels}, bias);
  if (folded.inputs[1] == ValueId::kNone || folded.inputs[2] == ValueId::kNone) return std::nullopt;
  if (const FullyConnected* a = before.as<FullyConnected>()) {
    auto c = *a;
    c.activation = binary->activation;
    folded = with_attributes(folded, c);
  }
  if (const Conv2D* a = before.as<Conv2D>()) {
    auto c = *a;
    c.activation = binary->activation;
    folded = with_attributes(folded, c);
  }
  if (const DepthwiseConv2D* a = before.as<DepthwiseConv2D>()) {
    auto c = *a;
    c.activation = binary->activation;
    folded = with_attributes(folded, c);
  }
  folded.outputs = node.outputs;
  return Rewrite{.remove = {p, n}, .add = {std::move(folded)}, .forward = {}};
}

void fold_affine(Graph& graph, PassBudget& budget) {
  rewrite_all(graph,
              [&](Graph& g, const Uses& uses, std::size_t n) { return rule(g, uses, n, budget); });
}

}  // namespace

extern const PassFacet pass_fold_affine{"fold_affine", fold_affine};

}  // namespace tare
