// Tensors sampled between their elements: images brought to another scale or perspective, values
// at coordinates; and images as the blocks that slide over them, and back.
#include <algorithm>
#include <cmath>

#include "formats/keras/interpolation.h"
#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/picture.h"
#include "formats/keras/layers/operations/steps.h"
#include "ir/constant_tensor.h"
#include "ops/image_projective_transform.h"
#include "ops/matrix_algebra/matrix_algebra.h"
#include "ops/patches.h"
#include "ops/scatter_nd.h"

namespace tare {
namespace {

using B = BinaryKind;

std::vector<double> numbers_at(Operation& op, std::size_t position, std::string_view names) {
  const auto tensor = json_tensor(op.plain(position, names), DType::kFloat64);
  if (!tensor) op.fail("'" + std::string(names) + "': expected numbers");
  return tensor ? numbers_of(*tensor) : std::vector<double>();
}

// Each of some axes by a matrix of weights.
void read_scale_and_translate(Operation& op) {
  const ValueId x = op.x();
  const auto shape = op.integers(1, "output_shape"), axes = op.integers(4, "spatial_dims");
  const auto scale = numbers_at(op, 2, "scale"), shift = numbers_at(op, 3, "translation");
  const std::string_view method = op.text("method", "");
  const bool antialias = op.flag("antialias", true);
  if (!op.ok() || scale.size() != axes.size() || shift.size() != axes.size() ||
      shape.size() != static_cast<std::size_t>(op.g.rank(x)))
    return op.fail("a scale and a translation for each of spatial_dims are required");
  if (!is_float(op.g.dtype(x))) return op.unsupported("floats are supported");
  ValueId y = x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = op.axis(axes[i], x);
    const std::int64_t in = op.layer().extent(x, axis);
    if (!op.ok()) return;
    const std::int64_t out = shape[static_cast<std::size_t>(axis)];
    if (in < 1 || out < 1 || in > 16384 || out > 16384 || in * out > (1 << 24))
      return op.unsupported("images so large are not supported");
    const auto weights = scaled_weights(
        method,
        {.in = in, .out = out, .scale = scale[i], .shift = shift[i], .antialias = antialias});
    if (weights.empty()) return op.fail("method: not known, or a scale that is not above 0");
    const ValueId matrix = op.g.constant(tensor_of(weights, op.g.dtype(y), {out, in}));
    y = op.g.move_axis(op.g.dense(op.g.move_axis(y, axis, -1), matrix, ValueId::kNone), -1, axis);
  }
  op.output(y);
}

// The map that takes four corners to four others solves two equations a corner.
void read_perspective(Operation& op) {
  const Picture p = picture_of(op);
  ValueId from = op.g.cast(op.tensor(1, "start_points", DType::kFloat32), DType::kFloat32);
  ValueId to = op.g.cast(op.tensor(2, "end_points", DType::kFloat32), DType::kFloat32);
  ImageProjectiveTransform transform;
  transform.nearest = op.text("interpolation", "bilinear") == "nearest";
  const double outside = op.number(Operation::kNamed, "fill_value", 0);
  if (!op.ok()) return;
  for (ValueId* points : {&from, &to}) {
    if (op.g.rank(*points) == 2) *points = op.g.expand_dims(*points, 0);
    const Shape& shape = op.g.shape(*points);
    if (shape.rank() != 3 || shape[1] != 4 || shape[2] != 2)
      return op.fail("expected four points of two coordinates");
  }
  const auto column = [&](ValueId v, std::int64_t i) { return op.g.slice(v, 2, i, i + 1); };
  const ValueId x = column(to, 0), y = column(to, 1), zero = op.g.mul(x, 0.0);
  const ValueId one = op.g.add(zero, 1.0);
  const auto row = [&](std::int64_t i) {
    const ValueId target = op.g.neg(column(from, i));
    std::vector<ValueId> parts{x, y, one, zero, zero, zero};
    if (i == 1) std::rotate(parts.begin(), parts.begin() + 3, parts.end());
    parts.push_back(op.g.mul(target, x));
    parts.push_back(op.g.mul(target, y));
    return op.g.concat(parts, 2);
  };
  const ValueId sides = op.g.reshape(op.g.stack({row(0), row(1)}, 2), {-1, 8, 8});
  const ValueId maps =
      op.g.reshape(op.layer().emit(MatrixAlgebra{.kind = MatrixAlgebra::Kind::kSolve},
                                   {sides, op.g.reshape(from, {-1, 8, 1})}),
                   {-1, 8});
  ValueId image = op.g.move_axis(p.x, p.channels, -1);
  const bool single = op.g.rank(image) == 3;
  if (single) image = op.g.expand_dims(image, 0);
  const std::vector<Extent> size{op.g.extent(image, 1), op.g.extent(image, 2)};
  ValueId seen = op.layer().emit(
      transform, {image, maps, op.g.shape_vector(size), op.g.number(outside, DType::kFloat32)});
  if (single) seen = op.g.squeeze(seen, 0);
  op.output(op.g.move_axis(seen, -1, p.channels));
}

// A place beyond an edge as one inside.
ValueId inside(Operation& op, ValueId at, double size, std::string_view mode) {
  if (mode == "wrap") return op.g.binary(B::kFloorMod, at, size);
  if (mode == "mirror" || mode == "reflect") {
    const ValueId place = op.g.binary(B::kFloorMod, op.g.unary(UnaryKind::kAbs, at), 2 * size);
    const ValueId turned = op.g.sub(mode == "reflect" ? 2 * size - 1 : 2 * size, place);
    at = op.g.select(op.g.binary(B::kLess, place, size), place, turned);
  }
  return op.g.clip(at, 0, size - 1);
}

// Coordinates are [rank, ...]; the value at each is that of the element next to it, or the mean of
// those around it by their distance.
void read_map_coordinates(Operation& op) {
  const ValueId x = op.x();
  const ValueId coordinates = op.tensor(1, "coordinates", DType::kFloat32);
  const std::int64_t order = op.integer(2, "order");
  const std::string_view mode = op.text("fill_mode", "constant");
  const double outside = op.number(4, "fill_value", 0);
  const int rank = op.g.rank(x);
  constexpr std::string_view kModes[] = {"constant", "nearest", "wrap", "mirror", "reflect"};
  if (std::find(std::begin(kModes), std::end(kModes), mode) == std::end(kModes))
    return op.fail("fill_mode: not known");
  if (!op.ok() || rank < 1 || rank > 4 || op.g.rank(coordinates) < 2 ||
      op.g.shape(coordinates)[0] != rank)
    return op.fail("expected coordinates for each of one to four dimensions");
  if (order != 0 && order != 1) return op.fail("order: expected 0 or 1");
  const ValueId places = op.real(coordinates), flat = op.g.reshape(x, {-1});
  const DType type = op.g.dtype(places);
  const auto parts = op.g.unstack(places, 0, rank);
  ValueId sum = ValueId::kNone;
  for (int corner = 0; corner < (order == 0 ? 1 : 1 << rank) && op.ok(); ++corner) {
    ValueId index = ValueId::kNone, weight = op.g.number(1, type), valid = ValueId::kNone;
    for (int d = 0; d < rank; ++d) {
      const double size = static_cast<double>(op.layer().extent(x, d));
      if (!op.ok() || size < 1) return op.fail("no elements");
      const ValueId place = parts[static_cast<std::size_t>(d)];
      const bool upper = (corner >> d & 1) != 0;
      const ValueId low = op.g.unary(order == 0 ? UnaryKind::kRound : UnaryKind::kFloor, place);
      const ValueId share = op.g.sub(place, low);
      if (order == 1) weight = op.g.mul(weight, upper ? share : op.g.sub(1.0, share));
      ValueId at = op.g.cast(low, DType::kInt32);
      if (upper) at = op.g.add(at, 1.0);
      const ValueId fits =
          op.g.logical_and(op.g.binary(B::kGreaterEqual, at, 0.0), op.g.binary(B::kLess, at, size));
      valid = d == 0 ? fits : op.g.logical_and(valid, fits);
      at = inside(op, at, size, mode);
      index = d == 0 ? at : op.g.add(op.g.mul(index, size), at);
    }
    ValueId value = op.g.cast(op.g.gather(flat, index, 0), type);
    if (mode == "constant") value = op.g.select(valid, value, op.g.number(outside, type));
    value = op.g.mul(value, weight);
    sum = corner == 0 ? value : op.g.add(sum, value);
  }
  op.output(is_float(op.g.dtype(x)) ? op.g.cast(sum, op.g.dtype(x))
                                    : op.g.cast(op.g.unary(UnaryKind::kRound, sum), op.g.dtype(x)));
}

// Blocks of a kernel's size that slide over a bordered image.
struct Blocks {
  std::vector<std::int64_t> size, dilation, border, stride;
  std::int64_t count(std::size_t i, std::int64_t extent) const {
    const std::int64_t room = extent + 2 * border[i] - dilation[i] * (size[i] - 1) - 1;
    return room < 0 ? 0 : room / stride[i] + 1;
  }
};

Blocks blocks_of(Operation& op, std::size_t first) {
  const StepForm form{2};
  Blocks blocks{.size = steps_of(op, first, "kernel_size", form, {1, 1}),
                .dilation = steps_of(op, first + 1, "dilation", form, {1, 1}),
                .border = {},
                .stride = steps_of(op, first + 3, "stride", form, {1, 1})};
  blocks.border = op.integers(first + 2, "padding");
  if (blocks.border.size() == 1) blocks.border.push_back(blocks.border[0]);
  bool sound = blocks.border.size() == 2;
  for (std::size_t i = 0; i < 2 && sound; ++i)
    sound = blocks.border[i] >= 0 && blocks.border[i] <= 4096 && blocks.size[i] <= 4096 &&
            blocks.dilation[i] <= 4096 && blocks.stride[i] <= 4096;
  if (!sound) op.fail("kernel_size, dilation, padding or stride out of range");
  return blocks;
}

// [batch, channels, height, width] as [batch, channels * places of the kernel, blocks].
void read_unfold(Operation& op) {
  ValueId x = op.real(op.x());
  const Blocks blocks = blocks_of(op, 1);
  if (!op.ok() || op.g.rank(x) != 4) return op.fail("expected a batch of images");
  const std::vector<std::int64_t> border{0, 0, blocks.border[0], blocks.border[1]};
  x = op.g.transpose(op.g.pad(x, border, border), {0, 2, 3, 1});
  Patches patches{.size = {blocks.size[0], blocks.size[1]}};
  for (std::size_t i = 0; i < 2; ++i)
    patches.axes[i].stride = blocks.stride[i], patches.axes[i].dilation = blocks.dilation[i];
  const std::int64_t channels = op.layer().extent(x, 3), places = blocks.size[0] * blocks.size[1];
  if (!op.ok() || channels > (1 << 20) || channels * places > (1 << 24))
    return op.fail("too many channels");
  const ValueId y = patches_of(op.g, x, patches);
  const Extent batch = op.g.extent(y, 0);
  if (!op.ok()) return;
  const std::int64_t height = op.layer().extent(y, 1), width = op.layer().extent(y, 2);
  if (!op.ok()) return;
  const ValueId parted = op.g.reshape(y, {batch, height * width, places, channels});
  op.output(op.g.reshape(op.g.transpose(parted, {0, 3, 2, 1}),
                         {batch, channels * places, height * width}));
}

// The way back: what falls on one place is added up.
void read_fold(Operation& op) {
  const ValueId x = op.x();
  const auto size = steps_of(op, 1, "output_size", {2}, {1, 1});
  const Blocks blocks = blocks_of(op, 2);
  if (!op.ok() || op.g.rank(x) != 3) return op.fail("expected [batch, values, blocks]");
  const std::int64_t kernel = blocks.size[0] * blocks.size[1];
  const std::int64_t values = op.layer().extent(x, 1), channels = values / kernel;
  if (size[0] > 16384 || size[1] > 16384) return op.fail("output_size: out of range");
  const std::int64_t rows = blocks.count(0, size[0]), columns = blocks.count(1, size[1]);
  const std::int64_t height = size[0] + 2 * blocks.border[0],
                     width = size[1] + 2 * blocks.border[1];
  if (!op.ok() || values % kernel != 0 || rows * columns < 1 ||
      kernel > (1 << 24) / (rows * columns) || op.layer().extent(x, 2) != rows * columns)
    return op.fail("the blocks do not fit output_size");
  // Of each dimension of [kernel's rows, columns, blocks' rows, columns].
  const auto steps = [&](int dimension, std::int64_t n, std::int64_t step) {
    std::vector<Extent> shape(4, 1);
    shape[static_cast<std::size_t>(dimension)] = n;
    return op.g.reshape(op.g.mul(op.g.range(n), static_cast<double>(step)), shape);
  };
  const ValueId places = op.g.add(
      op.g.add(steps(0, blocks.size[0], blocks.dilation[0] * width),
               steps(1, blocks.size[1], blocks.dilation[1])),
      op.g.add(steps(2, rows, blocks.stride[0] * width), steps(3, columns, blocks.stride[1])));
  const Extent batch = op.g.extent(x, 0);
  const std::int64_t count = kernel * rows * columns;
  const ValueId parted = op.g.transpose(op.g.reshape(x, {batch, channels, count}), {2, 0, 1});
  const ValueId summed = op.layer().emit(
      ScatterNd{}, {op.g.reshape(places, {count, 1}), parted,
                    op.g.shape_vector(std::vector<Extent>{height * width, batch, channels})});
  ValueId y = op.g.reshape(op.g.transpose(summed, {1, 2, 0}), {batch, channels, height, width});
  for (std::size_t i = 0; i < 2; ++i)
    y = op.g.slice(y, static_cast<int>(i) + 2, blocks.border[i], blocks.border[i] + size[i]);
  op.output(y);
}

constexpr OperationRule kRules[] = {
    {"scale_and_translate", read_scale_and_translate},
    {"perspective_transform", read_perspective},
    {"map_coordinates", read_map_coordinates},
    {"unfold", read_unfold},
    {"fold", read_fold},
};

}  // namespace

std::span<const OperationRule> sampling_operations() { return kRules; }

}  // namespace tare
