// Layers that change the shape and keep the elements.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

void read_flatten(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  ValueId x = layer.input();
  const int rank = layer.rank(x);
  if (!layer.require(layer.shape(x).ranked() && rank >= 1, "the rank of the input must be known"))
    return;
  if (layer.channels_first() && rank > 1) x = g.move_axis(x, 1, -1);
  std::int64_t width = 1;
  bool known = true;
  for (int i = 1; i < rank; ++i) {
    known &= is_known(layer.shape(x)[i]);
    width *= known ? layer.shape(x)[i] : 1;
  }
  layer.output(known ? g.reshape(x, {-1, width}) : g.reshape(x, {g.extent(x, 0), -1}),
               ValueId::kNone);
}

void read_reshape(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  ErrorSink sink;
  const auto target = layer.config("target_shape").integers(sink, kMaxRank - 1);
  if (!sink.ok()) return layer.fail("target_shape: " + sink.error().message);
  std::vector<Extent> shape{g.extent(x, 0)};
  int unknown = 0;
  bool empty = false;
  for (const std::int64_t dim : target) {
    if (dim < -1) return layer.fail("target_shape: " + std::to_string(dim) + " is no dimension");
    unknown += dim == -1;
    empty |= dim == 0;
    shape.push_back(dim);
  }
  if (unknown > 1) return layer.fail("target_shape: more than one -1");
  if (unknown == 1 && empty) return layer.fail("target_shape: -1 beside 0");
  // With every other extent known, -1 says the batch, so that the same constant serves any.
  Shape rest;
  for (const Dim d : layer.shape(x).dims().subspan(1)) rest.push_back(d);
  if (const auto elements = rest.checked_elements()) {
    std::int64_t known = 1;
    for (const std::int64_t dim : target) {
      if (dim != -1 && __builtin_mul_overflow(known, dim, &known))
        return layer.fail("target_shape is too large");
    }
    const bool fits = unknown == 0 ? known == *elements : known != 0 && *elements % known == 0;
    if (!fits) {
      return layer.fail("target_shape: " + std::to_string(*elements) +
                        " elements a row do not fill it");
    }
    for (Extent& e : std::span(shape).subspan(1)) {
      if (e.number == -1) e.number = *elements / known;
    }
  }
  layer.output(g.reshape(x, shape), ValueId::kNone);
}

void read_permute(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  const ValueId x = layer.input();
  ErrorSink sink;
  const auto dims = layer.config("dims").integers(sink, kMaxRank);
  if (!sink.ok()) return layer.fail("dims: " + sink.error().message);
  if (!layer.expect_rank(x, static_cast<int>(dims.size()) + 1)) return;
  std::vector<int> order{0};
  std::vector<bool> seen(dims.size() + 1);
  for (const std::int64_t dim : dims) {
    if (dim < 1 || dim > static_cast<std::int64_t>(dims.size()) ||
        seen[static_cast<std::size_t>(dim)]) {
      return layer.fail("dims: must name each of 1 to " + std::to_string(dims.size()) + " once");
    }
    seen[static_cast<std::size_t>(dim)] = true;
    order.push_back(static_cast<int>(dim));
  }
  layer.output(g.transpose(x, order), ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_flatten{"Flatten", read_flatten};
extern const ReadKerasFacet read_keras_reshape{"Reshape", read_reshape};
extern const ReadKerasFacet read_keras_permute{"Permute", read_permute};

}  // namespace tare
