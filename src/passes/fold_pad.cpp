// A border of zeros around height and width becomes the explicit padding of the convolution that
// reads it.
//
// The border must be 0 (or the zero point, which PAD without a value writes), so that a
// convolution's own padding is the same.
#include "ir/rewrite.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/pad.h"
#include "passes/pipeline.h"

namespace tare {
namespace {

// Counts of a constant PAD of [n, h, w, c] that leaves batch and channels alone; empty otherwise.
std::vector<std::int64_t> spatial_counts(const Graph& graph, const Node& pad) {
  const Value& counts = graph.value(pad.inputs[1]);
  if (!counts.is_constant || counts.type.shape.checked_elements() != 8) return {};
  if (pad.inputs.size() > 2) {
    const Value& value = graph.value(pad.inputs[2]);
    if (!value.is_constant || value.type.dtype != DType::kFloat32 ||
        value.constant.as<float>()[0] != 0.0f)
      return {};
  }
  const TensorValue owned{counts.type, counts.constant, {}};
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < 8; ++i) result.push_back(integer_at(owned.view(), i));
  if (result[0] || result[1] || result[6] || result[7]) return {};
  return result;
}

template <class A>
std::optional<Rewrite> fold(const Graph& graph, const Node& pad, std::size_t p, std::size_t n) {
  const Node& node = graph.nodes[n];
  const A* conv = node.as<A>();
  if (conv == nullptr || conv->padding == Padding::kSame) return std::nullopt;
  const auto counts = spatial_counts(graph, pad);
  if (counts.empty()) return std::nullopt;
  A padded = *conv;
  for (std::size_t d = 0; d < 2; ++d) {
    const bool explicit_before = conv->padding == Padding::kExplicit;
    padded.axes[d].pad_before =
        counts[2 + 2 * d] + (explicit_before ? conv->axes[d].pad_before : 0);
    padded.axes[d].pad_after = counts[3 + 2 * d] + (explicit_before ? conv->axes[d].pad_after : 0);
  }
  padded.padding = Padding::kExplicit;
  Node joined = with_attributes(node, padded);
  joined.inputs[0] = pad.inputs[0];
  return Rewrite{.remove = {p, n}, .add = {std::move(joined)}, .forward = {}};
}

std::optional<Rewrite> rule(Graph& graph, const Uses& uses, std::size_t n) {
  const Node& node = graph.nodes[n];
  if (!node.as<Conv2D>() && !node.as<DepthwiseConv2D>()) return std::nullopt;
  const std::size_t p = uses.producer(node.inputs[0]);
  if (p == Uses::npos || uses.only_reader(node.inputs[0]) != n) return std::nullopt;
  const Node& pad = graph.nodes[p];
  if (!pad.as<Pad>()) return std::nullopt;
  auto rewrite = fold<Conv2D>(graph, pad, p, n);
  return rewrite ? rewrite : fold<DepthwiseConv2D>(graph, pad, p, n);
}

}  // namespace

extern const PassFacet pass_fold_pad{"fold_pad",
                                     [](Graph& graph, PassBudget&) { rewrite_all(graph, rule); }};

}  // namespace tare
