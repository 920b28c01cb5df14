// Activations that are composed of several nodes, or whose meaning the generation decides: each a
// rule under the name "activation <name>" (../activations.cpp), whose one input is what it is
// applied to.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

using Apply = ValueId (*)(Compose& g, ValueId x, const KerasLayer& layer);

ValueId hard_sigmoid(Compose& g, ValueId x, const KerasLayer& layer) {
  return g.unary(UnaryKind::kHardSigmoid, x, layer.generation() == 2 ? 0.2f : 1.0f / 6.0f);
}

ValueId soft_shrink(Compose& g, ValueId x, const KerasLayer&) {
  return g.sub(x, g.clip(x, -0.5, 0.5));
}

// What soft_shrink took off is given back where anything is left.
ValueId hard_shrink(Compose& g, ValueId x, const KerasLayer& layer) {
  const ValueId shrunk = soft_shrink(g, x, layer);
  return g.add(shrunk, g.mul(g.unary(UnaryKind::kSign, shrunk), 0.5));
}

// 0 up to -1, x from 1 on, a parabola between.
ValueId sparse_plus(Compose& g, ValueId x, const KerasLayer&) {
  const ValueId middle = g.unary(UnaryKind::kSquare, g.add(g.clip(x, -1, 1), 1));
  return g.add(g.mul(middle, 0.25), g.unary(UnaryKind::kRelu, g.sub(x, 1)));
}

ValueId squareplus(Compose& g, ValueId x, const KerasLayer&) {
  return g.mul(g.add(x, g.unary(UnaryKind::kSqrt, g.add(g.unary(UnaryKind::kSquare, x), 4))), 0.5);
}

ValueId tanh_shrink(Compose& g, ValueId x, const KerasLayer&) {
  return g.sub(x, g.unary(UnaryKind::kTanh, x));
}

ValueId log_sigmoid(Compose& g, ValueId x, const KerasLayer&) {
  return g.neg(g.unary(UnaryKind::kSoftplus, g.neg(x)));
}

// One half of the last dimension gates the other.
ValueId glu(Compose& g, ValueId x, const KerasLayer&) {
  const auto halves = g.split(x, -1, 2);
  return g.mul(halves[0], g.unary(UnaryKind::kLogistic, halves[1]));
}

// x less a threshold, cut at 0. Keras sums the running sums of the kept elements where the
// definition has the last one, and models are trained with that.
ValueId sparsemax(Compose& g, ValueId x, const KerasLayer&) {
  const ValueId count = g.squeeze(g.shape_vector(std::vector<Extent>{g.extent(x, -1)}), 0);
  const ValueId sorted = g.top_k(x, count).values;
  const ValueId places = g.cast(g.add(g.range(g.extent(x, -1)), 1.0), g.dtype(x));
  const ValueId sums = g.cumulative(sorted, -1);
  const ValueId kept =
      g.cast(g.binary(BinaryKind::kGreater, g.add(g.mul(places, sorted), 1.0), sums), g.dtype(x));
  const ValueId total = g.sum(g.mul(kept, sums), {-1}, true);
  const ValueId threshold = g.div(g.sub(total, 1.0), g.sum(kept, {-1}, true));
  return g.relu(g.sub(x, threshold));
}

ValueId softmax(Compose& g, ValueId x, const KerasLayer&) { return g.softmax(x); }
ValueId log_softmax(Compose& g, ValueId x, const KerasLayer&) { return g.log_softmax(x); }

template <Apply kApply>
void read(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  layer.output(kApply(g, layer.input(), layer));
}

}  // namespace

extern const ReadKerasFacet read_keras_activation_glu{"activation glu", read<glu>};
extern const ReadKerasFacet read_keras_activation_hard_shrink{"activation hard_shrink",
                                                              read<hard_shrink>};
extern const ReadKerasFacet read_keras_activation_hard_sigmoid{"activation hard_sigmoid",
                                                               read<hard_sigmoid>};
extern const ReadKerasFacet read_keras_activation_log_sigmoid{"activation log_sigmoid",
                                                              read<log_sigmoid>};
extern const ReadKerasFacet read_keras_activation_log_softmax{"activation log_softmax",
                                                              read<log_softmax>};
extern const ReadKerasFacet read_keras_activation_soft_shrink{"activation soft_shrink",
                                                              read<soft_shrink>};
extern const ReadKerasFacet read_keras_activation_softmax{"activation softmax", read<softmax>};
extern const ReadKerasFacet read_keras_activation_sparse_plus{"activation sparse_plus",
                                                              read<sparse_plus>};
extern const ReadKerasFacet read_keras_activation_sparsemax{"activation sparsemax",
                                                            read<sparsemax>};
extern const ReadKerasFacet read_keras_activation_squareplus{"activation squareplus",
                                                             read<squareplus>};
extern const ReadKerasFacet read_keras_activation_tanh_shrink{"activation tanh_shrink",
                                                              read<tanh_shrink>};

}  // namespace tare
