// Attributes of windows. What the lists say beyond the spatial dimensions has to be 1 (or 0 for
// padding).
#include "formats/tf/rules/windows.h"

#include <algorithm>

#include "ir/constant_tensor.h"
#include "ops/prelu.h"

namespace tare {
namespace {

bool is_channels_first(TfNode& n, int spatial) {
  const std::string format = n.text("data_format", spatial == 3 ? "NDHWC" : "NHWC");
  const bool first = format == "NCHW" || format == "NCDHW" || format == "NCW";
  n.require(first || format == "NHWC" || format == "NDHWC" || format == "NWC",
            "data_format: expected NHWC or NCHW, got " + format);
  return first;
}

void read_explicit(TfNode& n, TfWindow& w) {
  const auto pads = n.integers("explicit_paddings");
  const auto rank = static_cast<std::size_t>(w.spatial + 2);
  if (!n.require(pads.size() == rank * 2, "explicit_paddings: expected " +
                                              std::to_string(rank * 2) + " values, got " +
                                              std::to_string(pads.size())))
    return;
  for (std::size_t d = 0; d < rank; ++d) {
    const std::size_t first = w.channels_first ? 2 : 1;
    if (d >= first && d < first + static_cast<std::size_t>(w.spatial)) {
      w.axes[d - first].pad_before = pads[2 * d];
      w.axes[d - first].pad_after = pads[2 * d + 1];
    } else {
      n.require(pads[2 * d] == 0 && pads[2 * d + 1] == 0,
                "explicit_paddings: batch and channels cannot be padded");
    }
  }
}

std::vector<int> order(int spatial, bool to_last) {
  std::vector<int> p{0};
  if (!to_last) p.push_back(spatial + 1);
  for (int i = 0; i < spatial; ++i) p.push_back(i + (to_last ? 2 : 1));
  if (to_last) p.push_back(1);
  return p;
}

}  // namespace

std::array<std::int64_t, 3> TfWindow::spatial_of(TfNode& n, std::string_view attr,
                                                 const std::vector<std::int64_t>& values) const {
  std::array<std::int64_t, 3> result{1, 1, 1};
  const auto rank = static_cast<std::size_t>(spatial + 2);
  if (!n.require(values.size() == rank, std::string(attr) + ": expected " + std::to_string(rank) +
                                            " values, got " + std::to_string(values.size())))
    return result;
  const std::size_t first = channels_first ? 2 : 1;
  for (std::size_t d = 0; d < rank; ++d) {
    if (d >= first && d < first + static_cast<std::size_t>(spatial))
      result[d - first] = values[d];
    else
      n.require(values[d] == 1, std::string(attr) + ": only 1 is possible for batch and channels");
  }
  return result;
}

std::vector<std::int64_t> TfWindow::integers(TfNode& n, std::string_view attr, int input) {
  return n.op() == "MaxPoolV2" ? n.known_integers(input, attr) : n.integers(attr);
}

TfWindow TfWindow::read(TfNode& n, int spatial) {
  TfWindow w;
  w.spatial = spatial;
  w.channels_first = is_channels_first(n, spatial);
  const auto strides = w.spatial_of(n, "strides", integers(n, "strides", 2));
  const auto given = n.integers("dilations");
  const auto dilations =
      given.empty() ? std::array<std::int64_t, 3>{1, 1, 1} : w.spatial_of(n, "dilations", given);
  for (std::size_t i = 0; i < 3; ++i) {
    w.axes[i].stride = strides[i];
    w.axes[i].dilation = dilations[i];
    n.require(strides[i] >= 1 && strides[i] <= INT32_MAX,
              "strides: expected positive numbers, got " + std::to_string(strides[i]));
    n.require(dilations[i] >= 1 && dilations[i] <= INT32_MAX,
              "dilations: expected positive numbers, got " + std::to_string(dilations[i]));
  }
  const std::string padding = n.text("padding");
  if (padding == "SAME")
    w.padding = Padding::kSame;
  else if (padding == "VALID")
    w.padding = Padding::kValid;
  else if (padding == "EXPLICIT")
    w.padding = Padding::kExplicit;
  else
    n.fail("padding: expected SAME, VALID or EXPLICIT, got '" + padding + "'");
  if (w.padding == Padding::kExplicit) read_explicit(n, w);
  return w;
}

ValueId TfWindow::to_channels_last(Compose& g, ValueId x) const {
  return channels_first ? g.transpose(x, order(spatial, true)) : x;
}

ValueId TfWindow::from_channels_last(Compose& g, ValueId x) const {
  return channels_first ? g.transpose(x, order(spatial, false)) : x;
}

ValueId permuted(TfNode& n, ValueId x, std::initializer_list<int> permutation) {
  const std::span<const int> p(permutation.begin(), permutation.size());
  const Value& v = n.builder().value(x);
  if (!n.ok()) return x;
  if (!n.require(v.type.shape.rank() == static_cast<int>(p.size()),
                 "filter: expected " + std::to_string(p.size()) + " dimensions, got " +
                     v.type.shape.text()))
    return x;
  // Large ones are left to the folding of constants: thousands of nodes may share one.
  constexpr std::size_t kSmall = 4096;
  if (!v.is_constant || v.constant.size() > kSmall) return Compose(n.builder()).transpose(x, p);
  const std::string name = v.name;
  const TensorValue t = transposed({v.type, v.constant, {}}, p);
  return n.builder().constant(name, t.type, t.bytes);
}

ValueId depthwise_filter(TfNode& n, ValueId x) {
  const Value& v = n.builder().value(x);
  const Shape s = v.type.shape;
  if (!n.ok() || !n.require(s.rank() == 4, "filter: expected 4 dimensions, got " + s.text()))
    return x;
  Compose g(n.builder());
  if (!v.is_constant) return g.reshape(x, {Extent(1), g.extent(x, 0), g.extent(x, 1), Extent(-1)});
  const TensorValue t = reshaped({v.type, v.constant, {}}, {1, s[0], s[1], s[2] * s[3]});
  return n.builder().constant(std::string(v.name), t.type, t.bytes);
}

ValueId apply_fused_ops(TfNode& n, ValueId y, int argument) {
  Compose g(n.builder());
  const auto next = [&](std::string_view what) {
    n.require(argument < n.inputs(), std::string(what) + ": its input is missing");
    return n.input(std::min(argument++, n.inputs() - 1));
  };
  for (const std::string& op : n.texts("fused_ops")) {
    if (op == "NoOp" || op.empty()) continue;
    if (op == "BiasAdd" || op == "Add")
      y = g.add(y, next(op));
    else if (op == "Relu")
      y = g.relu(y);
    else if (op == "Relu6")
      y = g.unary(UnaryKind::kRelu6, y);
    else if (op == "Elu")
      y = g.unary(UnaryKind::kElu, y, 1.0f);
    else if (op == "Tanh")
      y = g.unary(UnaryKind::kTanh, y);
    else if (op == "Sigmoid")
      y = g.unary(UnaryKind::kLogistic, y);
    else if (op == "LeakyRelu")
      y = g.unary(UnaryKind::kLeakyRelu, y, static_cast<float>(n.number("leakyrelu_alpha", 0.2)));
    else if (op == "Prelu")
      y = n.emit(Prelu{}, {y, next(op)});
    else if (op == "FusedBatchNorm") {
      const ValueId scale = next(op), offset = next(op), mean = next(op), variance = next(op);
      const ValueId root = g.unary(UnaryKind::kRsqrt, g.add(variance, n.number("epsilon", 0.0001)));
      const ValueId factor = g.mul(scale, root);
      y = g.add(g.mul(y, factor), g.sub(offset, g.mul(mean, factor)));
    } else {
      n.fail("fused_ops: there is no fused " + op + "; bias, batch norm and activations are",
             Code::kUnsupported);
    }
    if (!n.ok()) return y;
  }
  return y;
}

}  // namespace tare
