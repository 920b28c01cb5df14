// Contrast-limited adaptive histogram equalisation: an image is cut into tiles, each tile's
// histogram says how its levels are to be spread, and between the middles of tiles that is
// interpolated.
#include <cmath>

#include "formats/keras/layers/window.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/mirror_pad.h"

namespace tare {
namespace {

struct Tiles {
  std::int64_t rows = 8, columns = 8;  // of tiles
  std::int64_t height = 1, width = 1;  // of one tile
  std::int64_t channels = 1;
};

// [batch, tile rows, tile columns, channels, 256]: the share of pixels up to each level, as a
// level.
ValueId spread_levels(KerasLayer& layer, Compose& g, ValueId levels, const Tiles& t) {
  const Extent batch = g.extent(levels, 0);
  ValueId x = g.reshape(levels, {batch, t.rows, t.height, t.columns, t.width, t.channels});
  x = g.reshape(g.transpose(x, {0, 1, 3, 5, 2, 4}),
                {batch, t.rows, t.columns, t.channels, t.height * t.width});
  const double pixels = static_cast<double>(t.height * t.width);
  ValueId counts = g.sum(g.one_hot(x, 256, -1, DType::kFloat32), {-2});
  if (const double limit = layer.number("clip_limit", 4.0); limit > 0) {
    const ValueId clipped = g.minimum(counts, limit * pixels / 256.0);
    const ValueId excess = g.sum(g.sub(counts, clipped), {-1}, true);
    counts = g.add(clipped, g.div(excess, 256.0));
  }
  const ValueId sums = g.cumulative(counts, -1);
  const ValueId least = g.min(sums, {-1}, true);
  const ValueId rest = g.sub(pixels, least);
  const ValueId divisor =
      g.select(g.binary(BinaryKind::kEqual, rest, 0.0), g.number(1, DType::kFloat32), rest);
  return g.clip(g.div(g.mul(g.sub(sums, least), 255.0), divisor), 0, 255);
}

// Doubles an edge: places beyond the middle of the outermost tiles have no other neighbour.
ValueId edged(Compose& g, ValueId x, int axis) {
  return g.concat({g.slice(x, axis, 0, 1), x, g.slice(x, axis, -1, INT64_MAX)}, axis);
}

// Between which tiles (of those with doubled edges) each row or column lies, and how far from the
// first.
struct Places {
  std::vector<double> first, second, weight;
};

Places places_of(std::int64_t tiles, std::int64_t size) {
  Places places;
  for (std::int64_t i = 0; i < tiles * size; ++i) {
    const double at =
        (static_cast<double>(i) - static_cast<double>(size) / 2) / static_cast<double>(size) + 1;
    const double last = static_cast<double>(tiles + 1);
    places.first.push_back(std::min(std::floor(at), last));
    places.second.push_back(std::min(std::floor(at) + 1, last));
    places.weight.push_back(at - std::floor(at));
  }
  return places;
}

ValueId interpolated(Compose& g, ValueId table, ValueId levels, const Tiles& t) {
  const Places y = places_of(t.rows, t.height), x = places_of(t.columns, t.width);
  const auto rows = static_cast<Dim>(y.first.size()), columns = static_cast<Dim>(x.first.size());
  const std::int64_t along_x = 256 * t.channels, along_y = along_x * (t.columns + 2);
  const auto scaled = [&](std::vector<double> numbers, std::int64_t step, Shape shape) {
    for (double& n : numbers) n *= static_cast<double>(step);
    return g.constant(tensor_of(numbers, DType::kInt32, shape));
  };
  std::vector<double> offsets;
  for (std::int64_t c = 0; c < t.channels; ++c) offsets.push_back(static_cast<double>(256 * c));
  const ValueId batch =
      g.mul(g.range(g.extent(levels, 0)), static_cast<double>(along_y * (t.rows + 2)));
  const ValueId base = g.add(g.add(levels, g.reshape(batch, {-1, 1, 1, 1})),
                             g.constant(tensor_of(offsets, DType::kInt32, {t.channels})));
  const ValueId flat = g.reshape(table, {-1});
  const auto value = [&](const std::vector<double>& row, const std::vector<double>& column) {
    const ValueId place = g.add(g.add(base, scaled(row, along_y, {rows, 1, 1})),
                                scaled(column, along_x, {columns, 1}));
    return g.gather(flat, place, 0);
  };
  const ValueId wx = g.constant(tensor_of(x.weight, DType::kFloat32, {columns, 1}));
  const ValueId wy = g.constant(tensor_of(y.weight, DType::kFloat32, {rows, 1, 1}));
  const auto between = [&](ValueId a, ValueId b, ValueId w) {
    return g.add(g.mul(a, g.sub(1.0, w)), g.mul(b, w));
  };
  const ValueId top = between(value(y.first, x.first), value(y.first, x.second), wx);
  const ValueId bottom = between(value(y.second, x.first), value(y.second, x.second), wx);
  return between(top, bottom, wy);
}

void read_equalization(KerasLayer& layer) {
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), 4)) return;
  Compose g(layer.builder());
  const bool first = layer.channels_first();
  const ValueId in = first ? channels_last(g, layer.input()) : layer.input();
  const auto grid = layer.counts("tile_grid_size", 2, 1, 8);
  const Json range = layer.config("value_range");
  const double low = range.at(0).if_number().value_or(0),
               high = range.at(1).if_number().value_or(255);
  const std::int64_t height = layer.extent(in, 1), width = layer.extent(in, 2);
  if (!layer.ok() || !layer.require(high > low && grid[0] <= 4096 && grid[1] <= 4096 &&
                                        height <= INT32_MAX && width <= INT32_MAX,
                                    "value_range or tile_grid_size out of range"))
    return;
  Tiles t{.rows = grid[0],
          .columns = grid[1],
          .height = (height + grid[0] - 1) / grid[0],
          .width = (width + grid[1] - 1) / grid[1],
          .channels = layer.extent(in, 3)};
  ValueId x = g.mul(g.sub(g.cast(in, DType::kFloat32), low), 255.0 / (high - low));
  const double below = static_cast<double>(t.height * t.rows - height),
               beside = static_cast<double>(t.width * t.columns - width);
  if (below + beside > 0) {
    const ValueId border = g.constant(
        tensor_of(std::array{0.0, 0.0, 0.0, below, 0.0, beside, 0.0, 0.0}, DType::kInt32, {4, 2}));
    x = layer.emit(MirrorPad{.reflect = false}, {x, border});
  }
  const ValueId levels = g.cast(g.clip(x, 0, 255), DType::kInt32);
  const ValueId table = edged(g, edged(g, spread_levels(layer, g, levels, t), 1), 2);
  ValueId y = g.slice(g.slice(interpolated(g, table, levels, t), 1, 0, height), 2, 0, width);
  y = g.cast(g.add(g.mul(y, (high - low) / 255.0), low), g.dtype(in));
  layer.output(first ? channels_first(g, y) : y, ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_clahe{"ContrastLimitedAdaptiveHistogramEqualization",
                                             read_equalization};

}  // namespace tare
