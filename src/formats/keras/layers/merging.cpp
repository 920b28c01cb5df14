// Layers that join several tensors elementwise or along an axis.
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

// Keras 2 keeps a step that no input masks; Keras 3 one that any input keeps, and no mask when one input has none.
ValueId merged_mask(KerasLayer& layer, Compose& g) {
  ValueId mask = ValueId::kNone;
  bool missing = false;
  for (int i = 0; i < layer.inputs(); ++i) {
    const ValueId m = layer.mask(i);
    missing |= m == ValueId::kNone;
    if (m == ValueId::kNone) continue;
    if (mask == ValueId::kNone) mask = m;
    else mask = layer.generation() == 2 ? g.logical_and(mask, m) : g.logical_or(mask, m);
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
  layer.output(g.div(sum, static_cast<double>(values.size())), merged_mask(layer, g));
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
  layer.output(g.concat(parts, axis), ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_concatenate{"Concatenate", read_concatenate};
extern const ReadKerasFacet read_keras_add{"Add", read_merge<BinaryKind::kAdd>};
extern const ReadKerasFacet read_keras_multiply{"Multiply", read_merge<BinaryKind::kMul>};
extern const ReadKerasFacet read_keras_maximum{"Maximum", read_merge<BinaryKind::kMaximum>};
extern const ReadKerasFacet read_keras_minimum{"Minimum", read_merge<BinaryKind::kMinimum>};
extern const ReadKerasFacet read_keras_subtract{"Subtract", read_subtract};
extern const ReadKerasFacet read_keras_average{"Average", read_average};

}  // namespace tare
