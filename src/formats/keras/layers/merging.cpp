// Layers that join several tensors elementwise or along an axis.
#include "formats/keras/einsum.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

// Tensors of lower rank get dimensions of 1 after the batch.
std::vector<ValueId> same_rank(KerasLayer& layer, Compose& g) {
  int rank = 0;
  for (int i = 0; i < layer.inputs(); ++i) rank = std::max(rank, layer.rank(layer.input(i)));
  std::vector<ValueId> values;
  for (int i = 0; i < layer.inputs(); ++i) {
    ValueId x = layer.input(i);
    while (layer.ok() && layer.rank(x) < rank) x = g.expand_dims(x, 1);
    values.push_back(x);
  }
  return values;
}

// Keras 2 keeps a step that no input masks; Keras 3 one that any input keeps, and no mask when one
// input has none.
ValueId merged_mask(KerasLayer& layer, Compose& g) {
  ValueId mask = ValueId::kNone;
  bool missing = false;
  for (int i = 0; i < layer.inputs(); ++i) {
    const ValueId m = layer.mask(i);
    missing |= m == ValueId::kNone;
    if (m == ValueId::kNone) continue;
    if (mask == ValueId::kNone)
      mask = m;
    else
      mask = layer.generation() == 2 ? g.logical_and(mask, m) : g.logical_or(mask, m);
  }
  return missing && layer.generation() == 3 ? ValueId::kNone : mask;
}

template <BinaryKind kKind>
void read_merge(KerasLayer& layer) {
  if (!layer.expect(2, INT32_MAX)) return;
  Compose g(layer.builder());
  const auto values = same_rank(layer, g);
  ValueId sum = values[0];
  for (std::size_t i = 1; i < values.size(); ++i) sum = g.binary(kKind, sum, values[i]);
  layer.output(sum, merged_mask(layer, g));
}

void read_subtract(KerasLayer& layer) {
  if (layer.expect(2, 2)) read_merge<BinaryKind::kSub>(layer);
}

void read_average(KerasLayer& layer) {
  if (!layer.expect(2, INT32_MAX)) return;
  Compose g(layer.builder());
  const auto values = same_rank(layer, g);
  ValueId sum = values[0];
  for (std::size_t i = 1; i < values.size(); ++i) sum = g.add(sum, values[i]);
  // A true quotient: of wide integers in double.
  if (layer.ok() && !is_float(g.dtype(sum)))
    sum = g.cast(sum, dtype_size(g.dtype(sum)) < 4 ? DType::kFloat32 : DType::kFloat64);
  layer.output(g.div(sum, static_cast<double>(values.size())), merged_mask(layer, g));
}

// Keeps a place when all that was joined there is kept; inputs without a mask are kept whole.
ValueId joined_mask(KerasLayer& layer, Compose& g, int axis) {
  bool any = false;
  for (const KerasTensor& input : layer.all_inputs()) any |= input.mask != ValueId::kNone;
  if (!any) return ValueId::kNone;
  std::vector<ValueId> parts;
  for (const KerasTensor& input : layer.all_inputs()) {
    const ValueId always =
        g.binary(BinaryKind::kEqual, g.mul(input.value, 0.0), g.mul(input.value, 0.0));
    ValueId mask = input.mask;
    if (mask == ValueId::kNone)
      mask = always;
    else if (g.rank(mask) < g.rank(input.value))
      mask = g.logical_and(g.expand_dims(mask, -1), always);
    parts.push_back(mask);
  }
  return g.all(g.concat(parts, axis), {-1});
}

void read_concatenate(KerasLayer& layer) {
  if (!layer.expect(1, INT32_MAX)) return;
  Compose g(layer.builder());
  const int rank = layer.rank(layer.input());
  for (int i = 1; i < layer.inputs(); ++i) {
    if (!layer.expect_rank(layer.input(i), rank)) return;
  }
  const int axis = layer.axis("axis", rank, -1);
  if (!layer.ok()) return;
  std::vector<ValueId> parts;
  for (const KerasTensor& input : layer.all_inputs()) parts.push_back(input.value);
  layer.output(g.concat(parts, axis), joined_mask(layer, g, axis));
}

// Products of two tensors summed over one axis of each, for every element of the batch.
void read_dot(KerasLayer& layer) {
  if (!layer.expect(2, 2)) return;
  Compose g(layer.builder());
  ValueId x = layer.input(0), y = layer.input(1);
  const int rank_x = layer.rank(x), rank_y = layer.rank(y);
  if (!layer.require(rank_x >= 2 && rank_y >= 2, "inputs must have 2 dimensions or more")) return;
  const Json axes = layer.config("axes");
  int a = 0, b = 0;
  if (axes.is_array()) {
    ErrorSink sink;
    const auto both = axes.integers(sink, 2);
    if (!sink.ok() || both.size() != 2) return layer.fail("axes: expected one or two integers");
    a = layer.axis(both[0], rank_x);
    b = layer.axis(both[1], rank_y);
  } else {
    a = layer.axis("axes", rank_x, -1);
    b = layer.axis("axes", rank_y, -1);
  }
  if (!layer.ok() || !layer.require(a != 0 && b != 0, "axes: the batch cannot be summed over"))
    return;
  if (layer.flag("normalize", false)) {
    const auto unit = [&](ValueId v, int axis) {
      return g.mul(v,
                   g.unary(UnaryKind::kRsqrt, g.maximum(g.sum(g.square(v), {axis}, true), 1e-12)));
    };
    x = unit(x, a);
    y = unit(y, b);
  }
  std::string left = "bcdefgh", right = "bijklmn";
  left.resize(static_cast<std::size_t>(rank_x));
  right.resize(static_cast<std::size_t>(rank_y));
  left[static_cast<std::size_t>(a)] = right[static_cast<std::size_t>(b)] = 'z';
  std::string out = "b";
  for (const char c : left.substr(1)) out += c == 'z' ? "" : std::string(1, c);
  for (const char c : right.substr(1)) out += c == 'z' ? "" : std::string(1, c);
  const ValueId product = einsum(layer, left + "," + right + "->" + out, x, y);
  layer.output(out.size() == 1 ? g.expand_dims(product, -1) : product, ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_concatenate{"Concatenate", read_concatenate};
extern const ReadKerasFacet read_keras_dot{"Dot", read_dot};
extern const ReadKerasFacet read_keras_add{"Add", read_merge<BinaryKind::kAdd>};
extern const ReadKerasFacet read_keras_multiply{"Multiply", read_merge<BinaryKind::kMul>};
extern const ReadKerasFacet read_keras_maximum{"Maximum", read_merge<BinaryKind::kMaximum>};
extern const ReadKerasFacet read_keras_minimum{"Minimum", read_merge<BinaryKind::kMinimum>};
extern const ReadKerasFacet read_keras_subtract{"Subtract", read_subtract};
extern const ReadKerasFacet read_keras_average{"Average", read_average};

}  // namespace tare
