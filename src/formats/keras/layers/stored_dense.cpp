// Dense with a kernel that takes work before or while it is used (dense.cpp reads all others).
#include "formats/keras/layers/dense.h"
#include "formats/keras/stored_kernel.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"

namespace tare {
namespace {

// Integers times integers, divided by the scales of both: what Keras computes with int8 kernels, in
// floats that hold the same integers.
ValueId quantised_product(KerasLayer& layer, ValueId x, const Shape& shape) {
  Compose g(layer.builder());
  std::vector<double> divisors;
  const ValueId kernel = layer.constant_of("kernel", DType::kFloat32, [&] {
    StoredKernel stored = read_stored_kernel(layer, {"kernel", 0, shape});
    if (!layer.ok()) return stored.values;
    divisors = std::move(stored.divisors);
    return transposed(cast_numbers(std::move(stored.values), DType::kFloat32), std::array{1, 0});
  });
  const ValueId divisor = layer.constant_of("divisors", DType::kFloat32, [&] {
    if (divisors.empty()) divisors.assign(static_cast<std::size_t>(shape[1]), 1.0);
    return tensor_of(divisors, DType::kFloat32, {shape[1]});
  });
  if (layer.object().quantisation != "int8")
    return g.div(g.dense(x, kernel, ValueId::kNone), divisor);
  const QuantisedInput input = quantise_input(layer, x);
  return g.div(g.dense(input.steps, kernel, ValueId::kNone), g.mul(input.scale, divisor));
}

void read_stored_dense(KerasLayer& layer) {
  const auto parts = dense_parts(layer);
  if (!parts) return;
  const auto& [x, shape, bias] = *parts;
  Compose g(layer.builder());
  ValueId y = ValueId::kNone;
  if (layer.object().quantisation.empty()) {
    const ValueId kernel = layer.constant("kernel", [&] {
      TensorValue stored = read_stored_kernel(layer, {"kernel", 0, parts->shape}).values;
      return layer.ok() ? transposed(stored, std::array{1, 0}) : stored;
    });
    y = g.dense(x, kernel, bias);
  } else {
    y = quantised_product(layer, x, shape);
    if (bias != ValueId::kNone) y = g.add(y, bias);
  }
  layer.output(layer.activate("activation", y));
}

}  // namespace

extern const ReadKerasFacet read_keras_stored_dense{"Dense with a stored kernel",
                                                    read_stored_dense};

}  // namespace tare
