// Keras's Dense. Its kernel is [in, units], ours [units, in].
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

void read_keras(KerasLayer& layer) {
  const std::int64_t units = layer.count("units");
  if (!layer.expect(1, 1)) return;
  const ValueId x = layer.input();
  if (!layer.require(layer.rank(x) >= 2, "expected an input of rank 2 or more, got shape " + layer.shape(x).text())) return;
  const std::int64_t width = layer.extent(x, layer.rank(x) - 1);
  const ValueId kernel = layer.constant("kernel", [&] {
    return transposed(layer.weight({"kernel", 0, {width, units}}), std::array{1, 0});
  });
  const ValueId bias = layer.flag("use_bias", true) ? layer.weight_value({"bias", 1, {units}}) : ValueId::kNone;
  Compose g(layer.builder());
  layer.output(layer.activate("activation", g.dense(x, kernel, bias)));
}

}  // namespace

extern const ReadKerasFacet read_keras_dense{"Dense", read_keras};

}  // namespace tare
