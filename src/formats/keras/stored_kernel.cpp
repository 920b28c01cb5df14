// Adapters, integers and scales.
#include "formats/keras/stored_kernel.h"

#include "ir/constant_tensor.h"
#include "ops/compose.h"

namespace tare {
namespace {

// Adds (alpha / rank) * a . b to a kernel whose last dimension is b's.
void add_adapter(KerasLayer& layer, std::string_view name, TensorValue& kernel) {
  const std::string a_name = "lora_" + std::string(name) + "_a",
                    b_name = "lora_" + std::string(name) + "_b";
  if (!layer.ok() || !layer.has_weight({a_name, kAdapterIndex})) return;
  const TensorValue a = layer.weight({a_name, kAdapterIndex});
  const TensorValue b = layer.weight({b_name, kAdapterIndex + 1});
  const Shape &sa = a.type.shape, &sb = b.type.shape, &sk = kernel.type.shape;
  const bool fits = sa.rank() >= 1 && sb.rank() == 2 && sb[0] == sa.back() && sk.rank() >= 1 &&
                    sk.back() == sb[1] && sb[0] > 0 &&
                    sa.elements() / sb[0] * sb[1] == sk.elements();
  if (!layer.require(fits, "the adapter " + a_name + " does not fit its kernel")) return;
  const double scale =
      layer.number("lora_alpha", static_cast<double>(sb[0])) / static_cast<double>(sb[0]);
  std::vector<double> sum = numbers_of(kernel);
  const auto left = numbers_of(a), right = numbers_of(b);
  const auto inner = static_cast<std::size_t>(sb[0]), columns = static_cast<std::size_t>(sb[1]);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    double product = 0;
    for (std::size_t k = 0; k < inner; ++k)
      product += left[i / columns * inner + k] * right[k * columns + i % columns];
    sum[i] += scale * product;
  }
  kernel = tensor_of(sum, kernel.type.dtype, sk);
}

// Two numbers of -8..7 to a byte, the lower half first, along the given axis of [rows, columns].
TensorValue unpack_int4(const TensorValue& packed, const Shape& shape, int axis) {
  TensorValue result = TensorValue::zeros(tensor_type(DType::kInt8, shape));
  if (result.bytes.empty()) return result;
  auto* to = reinterpret_cast<std::int8_t*>(result.bytes.mutable_data());
  const auto from = packed.bytes.as<std::uint8_t>();
  for (std::int64_t r = 0; r < shape[0]; ++r) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      const std::int64_t at = axis == 0 ? r / 2 * shape[1] + c : r * packed.type.shape[1] + c / 2;
      const int half = static_cast<int>((axis == 0 ? r : c) % 2);
      const int bits = (from[static_cast<std::size_t>(at)] >> (4 * half)) & 15;
      to[r * shape[1] + c] = static_cast<std::int8_t>((bits ^ 8) - 8);
    }
  }
  return result;
}

// How many biases stand between a kernel and its scales.
int biases(KerasLayer& layer) {
  if (layer.config("equation").exists())
    return layer.config("bias_axes").is_null() || layer.text("bias_axes").empty() ? 0 : 1;
  return layer.flag("use_bias", true) ? 1 : 0;
}

// Blocks of rows with a scale and a zero point each: value = (stored - zero) * scale.
TensorValue dequantise_blocks(KerasLayer& layer, const TensorValue& stored,
                              const TensorValue& scales) {
  const Shape& shape = stored.type.shape;
  const std::int64_t groups = scales.type.shape[0];
  const int bias = biases(layer);
  const auto zeros = numbers_of(layer.weight({"kernel_zero", 2 + bias, {groups, shape[1]}}));
  const auto group_of = numbers_of(layer.weight({"g_idx", 3 + bias, {shape[0]}}));
  std::vector<double> values = numbers_of(stored);
  if (!layer.ok()) return stored;
  const auto factors = numbers_of(scales);
  const auto columns = static_cast<std::size_t>(shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double group = group_of[i / columns];
    if (!(group >= 0 && group < static_cast<double>(groups))) {
      layer.fail("weight 'g_idx': a group that does not exist");
      return stored;
    }
    const std::size_t at = static_cast<std::size_t>(group) * columns + i % columns;
    values[i] = (values[i] - zeros[at]) * factors[at];
  }
  return tensor_of(values, DType::kFloat32, shape);
}

}  // namespace

TensorValue read_int4_table(KerasLayer& layer, std::int64_t rows, std::int64_t width) {
  TensorValue packed = layer.weight({"embeddings", 0, {rows, (width + 1) / 2}});
  const TensorValue scale = layer.weight({"embeddings_scale", 1});
  if (!layer.ok()) return packed;
  if (!layer.require(dtype_size(packed.type.dtype) == 1, "the packed table holds no bytes"))
    return packed;
  const bool blocks = scale.type.shape.rank() == 2;
  const std::int64_t groups = blocks ? scale.type.shape[1] : 1;
  if (!layer.require(scale.type.shape.elements() == rows * groups && groups > 0,
                     "embeddings_scale: expected scales for each row"))
    return packed;
  const auto scales = numbers_of(scale);
  std::vector<double> zeros(scales.size()), group_of(static_cast<std::size_t>(width));
  if (blocks) {
    zeros = numbers_of(layer.weight({"embeddings_zero", 2, {rows, groups}}));
    group_of = numbers_of(layer.weight({"g_idx", 3, {width}}));
  }
  for (const double group : group_of) {
    if (!(group >= 0 && group < static_cast<double>(groups)))
      layer.fail("weight 'g_idx': a group that does not exist");
  }
  if (!layer.ok()) return packed;
  auto values = numbers_of(unpack_int4(packed, {rows, width}, 1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto columns = static_cast<std::size_t>(width);
    const std::size_t at = i / columns * static_cast<std::size_t>(groups) +
                           static_cast<std::size_t>(group_of[i % columns]);
    values[i] = blocks ? (values[i] - zeros[at]) * scales[at] : values[i] / scales[at];
  }
  return tensor_of(values, DType::kFloat32, {rows, width});
}

StoredKernel read_stored_kernel(KerasLayer& layer, const KerasWeight& weight) {
  StoredKernel kernel;
  const std::string& mode = layer.object().quantisation;
  if (mode.empty()) {
    kernel.values = layer.weight(weight);
    add_adapter(layer, weight.name, kernel.values);
    return kernel;
  }
  const bool int4 = mode.starts_with("int4");
  if ((mode != "int8" && !int4) || weight.shape.rank() != 2) {
    layer.unsupported("quantisation mode '" + mode + "' is not supported for this layer");
    return kernel;
  }
  const std::string scale_name = std::string(weight.name) + "_scale";
  const Shape& shape = weight.shape;
  KerasWeight stored = weight;
  if (int4) stored.shape = Shape::of_rank(2);
  kernel.values = layer.weight(stored);
  const int bias = biases(layer);
  const TensorValue scales = layer.weight({scale_name, 1 + bias});
  if (!layer.ok()) return kernel;
  if (int4) {
    const Shape& packed = kernel.values.type.shape;
    const bool columns = packed[0] == shape[0] && packed[1] == (shape[1] + 1) / 2;
    const bool rows = packed[0] == (shape[0] + 1) / 2 && packed[1] == shape[1];
    if (!layer.require((columns || rows) && dtype_size(kernel.values.type.dtype) == 1,
                       "the packed kernel has another shape: " + packed.text()))
      return kernel;
    kernel.values = unpack_int4(kernel.values, shape, columns ? 1 : 0);
  }
  if (scales.type.shape.rank() == 2 && scales.type.shape[1] == shape[1]) {
    kernel.values = dequantise_blocks(layer, kernel.values, scales);
  } else if (layer.require(scales.type.shape == Shape{shape[1]},
                           scale_name + ": expected one scale per output")) {
    kernel.divisors = numbers_of(scales);
  }
  return kernel;
}

QuantisedInput quantise_input(KerasLayer& layer, ValueId x, int axes) {
  Compose g(layer.builder());
  std::vector<int> last;
  for (int i = 1; i <= axes; ++i) last.push_back(-i);
  const ValueId largest = g.max(g.unary(UnaryKind::kAbs, x), last, true);
  const ValueId scale = g.div(127.0, g.add(largest, 1e-7));
  return {g.clip(g.unary(UnaryKind::kRound, g.mul(x, scale)), -127, 127), scale};
}

}  // namespace tare
