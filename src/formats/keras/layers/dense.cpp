// Dense. Its kernel is [in, units], the IR's [units, in].
#include "formats/keras/layers/dense.h"

#include "formats/keras/stored_kernel.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/fully_connected/fully_connected.h"

namespace tare {

std::optional<DenseParts> dense_parts(KerasLayer& layer) {
  const std::int64_t units = layer.count("units");
  if (!layer.expect(1, 1)) return std::nullopt;
  const ValueId x = layer.input();
  if (!layer.require(layer.rank(x) >= 2,
                     "expected an input of rank 2 or more, got shape " + layer.shape(x).text()))
    return std::nullopt;
  const Shape shape{layer.extent(x, layer.rank(x) - 1), units};
  const ValueId bias =
      layer.flag("use_bias", true) ? layer.weight_value({"bias", 1, {units}}) : ValueId::kNone;
  return DenseParts{x, shape, bias};
}

namespace {

// Floats, and no adapter beside them.
bool is_plain(KerasLayer& layer) {
  return layer.compute_type() == DType::kFloat32 &&
         layer.type(layer.input()).dtype == DType::kFloat32 &&
         layer.object().quantisation.empty() && !layer.has_weight({"lora_kernel_a", kAdapterIndex});
}

void read_dense(KerasLayer& layer) {
  const auto parts = dense_parts(layer);
  if (!parts) return;
  if (!is_plain(layer)) {
    const ReadKerasFacet* rule = find_read_keras(kStoredDense);
    return rule != nullptr ? rule->read(layer)
                           : layer.unsupported("this build takes plain float32 kernels only");
  }
  const ValueId kernel = layer.constant("kernel", [&] {
    const TensorValue stored = layer.weight({"kernel", 0, parts->shape});
    return layer.ok() ? transposed(stored, std::array{1, 0}) : stored;
  });
  const ValueId y =
      layer.emit(FullyConnected{.keep_num_dims = true}, {parts->x, kernel, parts->bias});
  layer.output(layer.activate("activation", y));
}

}  // namespace

extern const ReadKerasFacet read_keras_dense{"Dense", read_dense};

}  // namespace tare
