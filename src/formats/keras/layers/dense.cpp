// Dense. Its kernel is [in, units], the IR's [units, in].
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

void read_dense(KerasLayer& layer) {
  const std::int64_t units = layer.count("units");
  if (!layer.expect(1, 1)) return;
  const ValueId x = layer.input();
  if (!layer.require(layer.rank(x) >= 2,
                     "expected an input of rank 2 or more, got shape " + layer.shape(x).text()))
    return;
  const Shape shape{layer.extent(x, layer.rank(x) - 1), units};
  const ValueId bias =
      layer.flag("use_bias", true) ? layer.weight_value({"bias", 1, {units}}) : ValueId::kNone;
  Compose g(layer.builder());
  ValueId y = x;
  if (layer.object().quantisation.empty()) {
    const ValueId kernel = layer.constant("kernel", [&] {
      TensorValue stored = read_stored_kernel(layer, {"kernel", 0, shape}).values;
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

extern const ReadKerasFacet read_keras_dense{"Dense", read_dense};

}  // namespace tare
