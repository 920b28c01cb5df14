// LocallyConnected: convolutions whose filter differs at each place. The three implementations of
// Keras 2 keep their weights differently: a filter for each place; a full matrix of which a mask
// leaves the window; the window's entries.
#include <algorithm>

#include "formats/keras/layers/window.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxPairs = 50'000'000;

struct Geometry {
  std::vector<std::int64_t> in, out, before;  // spatial extents; padding before
  std::int64_t channels = 1, filters = 1, cells = 1, places = 1;
  bool channels_first = false;

  // Where an element stands in an image of the input, and of the output.
  std::int64_t input(std::int64_t cell, std::int64_t channel) const {
    return channels_first ? channel * cells + cell : cell * channels + channel;
  }
  std::int64_t output(std::int64_t place, std::int64_t filter) const {
    return channels_first ? filter * places + place : place * filters + filter;
  }
};

Geometry read_geometry(KerasLayer& layer, const KerasWindow& window) {
  Geometry geometry;
  const ValueId x = layer.input();
  geometry.filters = layer.count("filters");
  geometry.channels_first = window.channels_first;
  geometry.channels = layer.extent(x, window.channels_first ? 1 : layer.rank(x) - 1);
  for (int i = 0; i < window.spatial; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const std::int64_t extent = layer.extent(x, i + (window.channels_first ? 2 : 1));
    const std::int64_t out =
        layer.ok() ? window_output(extent, window.size[k], window.axis(i), window.padding) : 1;
    geometry.in.push_back(extent);
    geometry.out.push_back(out);
    // Windows are centred at their places, whatever the strides: not as in other convolutions.
    geometry.before.push_back(window.padding == Padding::kSame ? window.size[k] / 2 : 0);
    if (out < 1 || __builtin_mul_overflow(geometry.places, out, &geometry.places) ||
        __builtin_mul_overflow(geometry.cells, extent, &geometry.cells) ||
        geometry.cells > kMaxPairs)
      layer.fail("the window does not fit the input");
  }
  std::int64_t pairs = geometry.places;
  for (const std::int64_t size : window.size) {
    if (__builtin_mul_overflow(pairs, size, &pairs)) pairs = INT64_MAX;
  }
  if (pairs > kMaxPairs || geometry.channels > kMaxPairs / std::max<std::int64_t>(pairs, 1))
    layer.fail("too many weights", Code::kBudgetExceeded);
  return geometry;
}

// Flat spatial index of the element under each place of the window at each place of the output; -1
// in the padding.
std::vector<std::int64_t> window_indices(const KerasWindow& window, const Geometry& g) {
  std::int64_t size = 1;
  for (const std::int64_t s : window.size) size *= s;
  std::vector<std::int64_t> indices;
  for (std::int64_t p = 0; p < g.places; ++p) {
    for (std::int64_t k = 0; k < size; ++k) {
      std::int64_t index = 0, place = p, inner = k, stride = 1;
      for (std::size_t d = g.in.size(); d-- > 0;) {
        const std::int64_t at =
            place % g.out[d] * window.strides[d] - g.before[d] + inner % window.size[d];
        place /= g.out[d];
        inner /= window.size[d];
        index = index < 0 || at < 0 || at >= g.in[d] ? -1 : index + at * stride;
        stride *= g.in[d];
      }
      indices.push_back(index);
    }
  }
  return indices;
}

std::vector<Extent> output_shape(Compose& compose, ValueId x, const Geometry& g) {
  std::vector<Extent> shape{compose.extent(x, 0)};
  if (g.channels_first) shape.push_back(g.filters);
  shape.insert(shape.end(), g.out.begin(), g.out.end());
  if (!g.channels_first) shape.push_back(g.filters);
  return shape;
}

// A filter [places, window and channels, filters]: windows are gathered and multiplied place by
// place.
ValueId by_place(KerasLayer& layer, const KerasWindow& window, const Geometry& geometry) {
  Compose g(layer.builder());
  const auto indices = window_indices(window, geometry);
  const std::int64_t size = static_cast<std::int64_t>(indices.size()) / geometry.places;
  const std::int64_t entries = size * geometry.channels;
  const ValueId kernel =
      layer.weight_value({"kernel", 0, {geometry.places, entries, geometry.filters}});
  std::vector<double> numbers;
  for (std::int64_t p = 0; p < geometry.places; ++p) {
    for (std::int64_t e = 0; e < entries; ++e) {
      const std::int64_t at = geometry.channels_first ? e % size : e / geometry.channels;
      const std::int64_t channel = geometry.channels_first ? e / size : e % geometry.channels;
      const std::int64_t cell = indices[static_cast<std::size_t>(p * size + at)];
      numbers.push_back(static_cast<double>(geometry.input(cell, channel)));
    }
  }
  const ValueId table = g.constant(tensor_of(numbers, DType::kInt32, {geometry.places, entries}));
  const ValueId flat =
      g.reshape(layer.input(), {g.extent(layer.input(), 0), geometry.cells * geometry.channels});
  const ValueId windows = g.gather(flat, table, 1);
  const ValueId product = g.matmul(g.transpose(windows, {1, 0, 2}), kernel);
  const bool first = geometry.channels_first;
  return g.reshape(
      g.transpose(product, first ? std::vector<int>{1, 2, 0} : std::vector<int>{1, 0, 2}),
      output_shape(g, layer.input(), geometry));
}

// The whole input times a matrix [outputs, inputs] that is zero outside of the windows.
ValueId by_matrix(KerasLayer& layer, const KerasWindow& window, const Geometry& geometry,
                  bool sparse) {
  Compose g(layer.builder());
  const std::int64_t inputs = geometry.cells * geometry.channels,
                     outputs = geometry.places * geometry.filters;
  if (!layer.require(
          inputs <= kMaxPairs && outputs <= kMaxPairs / std::max<std::int64_t>(inputs, 1),
          "too many weights"))
    return layer.input();
  const ValueId matrix = layer.constant("kernel", [&] {
    const auto indices = window_indices(window, geometry);
    const std::int64_t size = static_cast<std::int64_t>(indices.size()) / geometry.places;
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // output, input
    for (std::size_t i = 0; i < indices.size(); ++i) {
      for (std::int64_t c = 0; indices[i] >= 0 && c < geometry.channels; ++c) {
        for (std::int64_t f = 0; f < geometry.filters; ++f) {
          pairs.emplace_back(geometry.output(static_cast<std::int64_t>(i) / size, f),
                             geometry.input(indices[i], c));
        }
      }
    }
    std::sort(pairs.begin(), pairs.end());
    Shape shape{static_cast<Dim>(pairs.size())};
    if (!sparse) {
      shape = {};
      if (geometry.channels_first) shape.push_back(geometry.channels);
      for (const std::int64_t e : geometry.in) shape.push_back(e);
      shape.push_back(geometry.channels_first ? geometry.filters : geometry.channels);
      for (const std::int64_t e : geometry.out) shape.push_back(e);
      if (!geometry.channels_first) shape.push_back(geometry.filters);
    }
    const auto stored = numbers_of(layer.weight({"kernel", 0, shape}));
    std::vector<double> numbers(static_cast<std::size_t>(inputs * outputs));
    if (!layer.ok()) return tensor_of({}, DType::kFloat32, {0, 0});
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto [out, in] = pairs[i];
      numbers[static_cast<std::size_t>(out * inputs + in)] =
          stored[sparse ? i : static_cast<std::size_t>(in * outputs + out)];
    }
    return tensor_of(numbers, DType::kFloat32, {outputs, inputs});
  });
  const ValueId flat = g.reshape(layer.input(), {g.extent(layer.input(), 0), inputs});
  return g.reshape(g.dense(flat, matrix, ValueId::kNone), output_shape(g, layer.input(), geometry));
}

std::vector<Extent> bias_shape(const Geometry& geometry) {
  std::vector<Extent> shape{geometry.filters};
  shape.insert(shape.end(), geometry.out.begin(), geometry.out.end());
  return shape;
}

template <int kSpatial>
void read_locally_connected(KerasLayer& layer) {
  const KerasWindow window = read_window(layer, kSpatial, "kernel_size");
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  const Geometry geometry = read_geometry(layer, window);
  const std::int64_t implementation = layer.integer("implementation", 1);
  if (!layer.ok() || !layer.require(implementation >= 1 && implementation <= 3,
                                    "implementation: expected 1, 2 or 3"))
    return;
  if (implementation == 1 &&
      !layer.require(window.padding == Padding::kValid, "implementation 1 has no padding"))
    return;
  Compose g(layer.builder());
  ValueId y = implementation == 1 ? by_place(layer, window, geometry)
                                  : by_matrix(layer, window, geometry, implementation == 3);
  if (layer.flag("use_bias", true)) {
    Shape shape;
    for (const std::int64_t e : geometry.out) shape.push_back(e);
    shape.push_back(geometry.filters);
    const ValueId bias = layer.weight_value({"bias", 1, shape});
    // Its numbers are taken as they stand, not transposed.
    y = g.add(y, geometry.channels_first ? g.reshape(bias, bias_shape(geometry)) : bias);
  }
  layer.output(layer.activate("activation", y), ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_locally_connected_1d{"LocallyConnected1D",
                                                            read_locally_connected<1>};
extern const ReadKerasFacet read_keras_locally_connected_2d{"LocallyConnected2D",
                                                            read_locally_connected<2>};

}  // namespace tare
