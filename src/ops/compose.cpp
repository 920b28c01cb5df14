// Shapes and movement. Where sizes are known, the graph holds constants; where they are not, shape
// arithmetic.
#include "ops/compose.h"

#include <algorithm>

#include "ir/constant_tensor.h"
#include "ops/broadcast_to.h"
#include "ops/cast.h"
#include "ops/concatenation.h"
#include "ops/expand_dims.h"
#include "ops/fill.h"
#include "ops/gather.h"
#include "ops/pack.h"
#include "ops/pad.h"
#include "ops/range.h"
#include "ops/reshape.h"
#include "ops/reverse_v2.h"
#include "ops/select.h"
#include "ops/shape_of.h"
#include "ops/split.h"
#include "ops/squeeze.h"
#include "ops/strided_slice.h"
#include "ops/tile.h"
#include "ops/transpose.h"
#include "ops/unpack.h"

namespace tare {

ValueId Compose::cast(ValueId x, DType to) {
  return dtype(x) == to ? x : builder_.emit(Cast{.to = to}, {x});
}

ValueId Compose::select(ValueId condition, ValueId a, ValueId b) {
  return builder_.emit(Select{}, {condition, a, b});
}

Extent Compose::extent(ValueId x, int axis) {
  axis = axis_of(x, axis);
  if (!ok() || axis < 0 || axis >= rank(x)) return 1;
  const Dim dim = shape(x)[axis];
  return is_known(dim) ? Extent(dim) : Extent(x, axis);
}

std::vector<Extent> Compose::extents(ValueId x) {
  std::vector<Extent> result;
  for (int i = 0; i < rank(x); ++i) result.push_back(extent(x, i));
  return result;
}

ValueId Compose::shape_vector(std::span<const Extent> extents) {
  std::vector<ValueId> parts;
  std::vector<std::int64_t> numbers;
  const auto flush = [&] {
    if (!numbers.empty()) parts.push_back(integers(numbers));
    numbers.clear();
  };
  for (const Extent& e : extents) {
    if (e.of == ValueId::kNone) {
      numbers.push_back(e.number);
      continue;
    }
    flush();
    parts.push_back(slice(builder_.emit(ShapeOf{}, {e.of}), 0, e.axis, e.axis + 1));
  }
  flush();
  if (parts.empty()) return integers({});
  return parts.size() == 1 ? parts[0] : concat(parts, 0);
}

ValueId Compose::reshape(ValueId x, std::span<const Extent> shape) {
  // One extent may be left to the op; more of them need to be computed.
  std::vector<std::int64_t> numbers;
  for (const Extent& e : shape) numbers.push_back(e.of == ValueId::kNone ? e.number : -1);
  if (std::count(numbers.begin(), numbers.end(), -1) <= 1)
    return builder_.emit(Reshape{.shape = numbers}, {x});
  return builder_.emit(Reshape{}, {x, shape_vector(shape)});
}

ValueId Compose::transpose(ValueId x, std::span<const int> permutation) {
  if (std::is_sorted(permutation.begin(), permutation.end())) return x;
  std::vector<std::int64_t> order(permutation.begin(), permutation.end());
  return builder_.emit(Transpose{}, {x, integers(order)});
}

ValueId Compose::move_axis(ValueId x, int from, int to) {
  from = axis_of(x, from);
  to = axis_of(x, to);
  if (ok() && (from < 0 || to < 0 || std::max(from, to) >= rank(x)))
    builder_.fail("an axis of a tensor of unknown or lower rank: " + shape(x).text());
  if (!ok()) return x;
  std::vector<int> order;
  for (int i = 0; i < rank(x); ++i) {
    if (i != from) order.push_back(i);
  }
  order.insert(order.begin() + to, from);
  return transpose(x, order);
}

ValueId Compose::expand_dims(ValueId x, int axis) {
  return builder_.emit(ExpandDims{},
                       {x, builder_.scalar_i32(axis < 0 ? axis + rank(x) + 1 : axis)});
}

ValueId Compose::squeeze(ValueId x, int axis) {
  return builder_.emit(Squeeze{.axes = {axis_of(x, axis)}}, {x});
}

ValueId Compose::concat(const std::vector<ValueId>& parts, int axis) {
  if (parts.size() == 1) return parts[0];
  return builder_.emit(Concatenation{.axis = axis}, parts);
}

ValueId Compose::stack(const std::vector<ValueId>& parts, int axis) {
  return builder_.emit(Pack{.axis = axis}, parts);
}

std::vector<ValueId> Compose::unstack(ValueId x, int axis, int count) {
  return builder_.emit_n(Unpack{.axis = axis}, {x}, count);
}

std::vector<ValueId> Compose::split(ValueId x, int axis, int parts) {
  if (parts == 1) return {x};
  return builder_.emit_n(Split{}, {x, builder_.scalar_i32(axis)}, parts);
}

ValueId Compose::slice(ValueId x, int axis, std::int64_t begin, std::int64_t end,
                       std::int64_t step) {
  axis = axis_of(x, axis);
  if (ok() && axis < 0)
    builder_.fail("an axis of a tensor of unknown or lower rank: " + shape(x).text());
  if (!ok()) return x;
  const auto count = static_cast<std::size_t>(axis) + 1;
  std::vector<std::int64_t> begins(count), ends(count), steps(count, 1);
  const std::int32_t before = (std::int32_t{1} << axis) - 1;  // whole dimensions
  const bool open = end == INT64_MAX || end == INT64_MIN;
  begins.back() = begin;
  ends.back() = open ? 0 : end;
  steps.back() = step;
  return builder_.emit(
      StridedSlice{.begin_mask = before, .end_mask = open ? (before << 1) | 1 : before},
      {x, integers(begins), integers(ends), integers(steps)});
}

ValueId Compose::pad(ValueId x, std::span<const std::int64_t> before,
                     std::span<const std::int64_t> after, double value) {
  std::vector<double> counts;
  bool none = true;
  for (std::size_t i = 0; i < before.size(); ++i) {
    counts.push_back(static_cast<double>(before[i]));
    counts.push_back(static_cast<double>(after[i]));
    none &= before[i] == 0 && after[i] == 0;
  }
  if (none) return x;
  const ValueId table =
      constant(tensor_of(counts, DType::kInt32, {static_cast<Dim>(before.size()), 2}));
  if (value == 0) return builder_.emit(Pad{}, {x, table});
  return builder_.emit(Pad{}, {x, table, number(value, dtype(x))});
}

ValueId Compose::broadcast_to(ValueId x, std::span<const Extent> shape) {
  return builder_.emit(BroadcastTo{}, {x, shape_vector(shape)});
}

ValueId Compose::tile(ValueId x, std::span<const std::int64_t> counts) {
  return builder_.emit(Tile{}, {x, integers(counts)});
}

ValueId Compose::repeat(ValueId x, int axis, std::int64_t count) {
  if (count == 1 || !ok()) return x;
  axis = axis_of(x, axis);
  std::vector<Extent> shape = extents(x);
  if (shape[static_cast<std::size_t>(axis)].of == ValueId::kNone) {
    std::int64_t total = 0;
    if (__builtin_mul_overflow(shape[static_cast<std::size_t>(axis)].number, count, &total)) {
      builder_.fail("a repeated dimension is too large", Code::kBudgetExceeded);
    }
    shape[static_cast<std::size_t>(axis)] = total;
  } else {
    shape[static_cast<std::size_t>(axis)] = -1;
  }
  const ValueId apart = expand_dims(x, axis + 1);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(rank(apart)), 1);
  counts[static_cast<std::size_t>(axis) + 1] = count;
  return reshape(tile(apart, counts), shape);
}

ValueId Compose::gather(ValueId x, ValueId indices, int axis, int batch_dims) {
  return builder_.emit(Gather{.axis = axis_of(x, axis), .batch_dims = batch_dims}, {x, indices});
}

ValueId Compose::reverse(ValueId x, int axis) {
  return builder_.emit(ReverseV2{}, {x, integers(std::vector<std::int64_t>{axis_of(x, axis)})});
}

ValueId Compose::fill(std::span<const Extent> shape, ValueId value) {
  return builder_.emit(Fill{}, {shape_vector(shape), value});
}

ValueId Compose::range(Extent n) {
  ValueId limit = n.of == ValueId::kNone
                      ? builder_.scalar(DType::kInt32, static_cast<double>(n.number))
                      : squeeze(shape_vector(std::vector<Extent>{n}), 0);
  return builder_.emit(RangeOp{}, {builder_.scalar_i32(0), limit, builder_.scalar_i32(1)});
}

}  // namespace tare
