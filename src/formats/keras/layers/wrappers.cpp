// Layers around another layer.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

// Steps become part of the batch while the inner layer runs.
void read_time_distributed(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  if (!layer.require(layer.shape(x).ranked() && layer.rank(x) >= 3,
                     "expected an input of [batch, steps, ...]"))
    return;
  const std::vector<Extent> whole = g.extents(x);
  std::vector<Extent> flat{-1};
  flat.insert(flat.end(), whole.begin() + 2, whole.end());
  KerasTensor inner{g.reshape(x, flat), ValueId::kNone};
  KerasObject& object = layer.child("layer", layer.config("layer"));
  if (!layer.ok()) return;
  for (const KerasTensor& y :
       layer.call_child(object, {.positional = {KerasArgument::of(inner)}, .named = {}})) {
    if (!layer.ok()) return;
    std::vector<Extent> shape = g.extents(y.value);
    if (!layer.require(!shape.empty(), "the inner layer gives a scalar")) return;
    shape.erase(shape.begin());
    shape.insert(shape.begin(), {whole[0], whole[1]});
    layer.output(g.reshape(y.value, shape), layer.mask());
  }
}

// The kernel was normalised while training; what is stored is used as it is.
void read_spectral_normalization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  KerasObject& object = layer.child("layer", layer.config("layer"));
  if (!layer.ok()) return;
  for (const KerasTensor& y : layer.call_child(object, layer.call())) layer.output(y.value, y.mask);
}

}  // namespace

extern const ReadKerasFacet read_keras_time_distributed{"TimeDistributed", read_time_distributed};
extern const ReadKerasFacet read_keras_spectral_normalization{"SpectralNormalization",
                                                              read_spectral_normalization};

}  // namespace tare
