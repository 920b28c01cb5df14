// Operations that leave elements in their order: shapes, and axes in another order.
#include <algorithm>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/model.h"
#include "ir/constant_tensor.h"
#include "ops/rank_of.h"
#include "ops/reshape.h"
#include "ops/shape_of.h"

namespace tare {
namespace {

void read_cast(Operation& op) {
  const ValueId x = op.x();
  const auto type = keras_dtype(op.plain(1, "dtype").if_string().value_or(""));
  if (!type) return op.fail("dtype: unknown");
  if (op.ok()) op.output(op.g.cast(x, *type));
}

// The new shape may hold tensors: dimensions that are known when the model runs.
void read_reshape(Operation& op) {
  const ValueId x = op.x();
  const KerasArgument& shape = op.argument(1, "newshape|shape");
  if (shape.kind == KerasArgument::Kind::kPlain) {
    std::vector<Extent> extents;
    const Json list = unwrapped(shape.plain);
    if (!list.is_array()) extents.emplace_back(list.if_integer().value_or(-1));
    for (const Json dim : list)
      extents.emplace_back(dim.is_null() ? -1 : dim.if_integer().value_or(-2));
    for (const Extent& e : extents) {
      if (e.number < -1) return op.fail("shape: expected integers of at least -1");
    }
    return op.output(op.g.reshape(x, extents));
  }
  ValueId target =
      shape.is_tensor() ? op.g.cast(shape.tensor.value, DType::kInt32) : ValueId::kNone;
  if (target == ValueId::kNone) {
    std::vector<ValueId> parts;
    for (const ValueId part : op.tensors(1, "newshape|shape"))
      parts.push_back(op.g.reshape(op.g.cast(part, DType::kInt32), {1}));
    if (!op.ok()) return;
    target = op.g.concat(parts, 0);
  }
  op.output(op.layer().emit(Reshape{}, {x, target}));
}

void read_ravel(Operation& op) { op.output(op.g.reshape(op.x(), {-1})); }

void read_shape(Operation& op) { op.output(op.layer().emit(ShapeOf{}, {op.x()})); }

void read_transpose(Operation& op) {
  const ValueId x = op.x();
  const int rank = op.g.rank(x);
  std::vector<int> order;
  if (op.argument(1, "axes|perm").is_none()) {
    for (int i = rank; i-- > 0;) order.push_back(i);
  } else {
    for (const std::int64_t a : op.integers(1, "axes|perm")) order.push_back(op.axis(a, x));
  }
  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (static_cast<int>(order.size()) != rank ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return op.fail("axes: must name each dimension once");
  }
  op.output(op.g.transpose(x, order));
}

void read_swapaxes(Operation& op) {
  const ValueId x = op.x();
  std::vector<int> order;
  for (int i = 0; i < op.g.rank(x); ++i) order.push_back(i);
  const int a = op.axis(op.integer(1, "axis1"), x), b = op.axis(op.integer(2, "axis2"), x);
  if (!op.ok()) return;
  std::swap(order[static_cast<std::size_t>(a)], order[static_cast<std::size_t>(b)]);
  op.output(op.g.transpose(x, order));
}

void read_moveaxis(Operation& op) {
  const ValueId x = op.x();
  const auto from = op.integers(1, "source"), to = op.integers(2, "destination");
  if (from.size() != to.size()) return op.fail("as many destinations as sources are required");
  std::vector<int> order(static_cast<std::size_t>(op.g.rank(x)), -1);
  std::vector<bool> moved(order.size());
  for (std::size_t i = 0; i < from.size() && op.ok(); ++i) {
    const int a = op.axis(from[i], x), b = op.axis(to[i], x);
    if (!op.ok()) return;
    order[static_cast<std::size_t>(b)] = a;
    moved[static_cast<std::size_t>(a)] = true;
  }
  int next = 0;
  for (int& o : order) {
    if (o >= 0) continue;
    while (next < static_cast<int>(moved.size()) && moved[static_cast<std::size_t>(next)]) ++next;
    if (next == static_cast<int>(moved.size())) return op.fail("an axis is named twice");
    o = next++;
  }
  op.output(op.g.transpose(x, order));
}

void read_expand_dims(Operation& op) {
  ValueId x = op.x();
  auto axes = op.integers(1, "axis");
  const auto rank = static_cast<std::int64_t>(op.g.rank(x) + static_cast<int>(axes.size()));
  for (std::int64_t& a : axes) {
    if (a < -rank || a >= rank) return op.fail("axis " + std::to_string(a) + " is out of range");
    a = a < 0 ? a + rank : a;
  }
  std::sort(axes.begin(), axes.end());
  for (const std::int64_t a : axes) x = op.g.expand_dims(x, static_cast<int>(a));
  op.output(x);
}

void read_squeeze(Operation& op) {
  ValueId x = op.x();
  Compose::Axes axes;
  if (op.argument(1, "axis|squeeze_dims").is_none()) {
    for (int i = 0; i < op.g.rank(x); ++i) {
      if (op.g.shape(x)[i] == 1) axes.push_back(i);
    }
  } else {
    axes = op.axes(1, "axis|squeeze_dims", x);
  }
  std::sort(axes.rbegin(), axes.rend());
  for (const int a : axes) x = op.g.squeeze(x, a);
  op.output(x);
}

void read_rank(Operation& op) { op.output(op.layer().emit(RankOf{}, {op.x()})); }

void read_ndim(Operation& op) {
  op.output(op.g.cast(op.layer().emit(RankOf{}, {op.x()}), DType::kInt64));
}

void read_size(Operation& op) {
  op.output(op.g.reduce(ReduceKind::kProd, op.layer().emit(ShapeOf{}, {op.x()}), {0}, false));
}

void read_batch_flatten(Operation& op) {
  const ValueId x = op.x();
  Compose::Axes axes;
  for (int i = 1; i < op.g.rank(x); ++i) axes.push_back(i);
  op.output(op.join(x, axes).value);
}

void read_broadcast_to(Operation& op) {
  const ValueId x = op.x();
  std::vector<Extent> shape;
  for (const std::int64_t d : op.integers(1, "shape")) shape.emplace_back(d);
  op.output(op.g.broadcast_to(x, shape));
}

constexpr OperationRule kRules[] = {
    {"cast", read_cast},
    {"reshape", read_reshape},
    {"ravel", read_ravel},
    {"shape", read_shape},
    {"transpose", read_transpose},
    {"permute_dimensions", read_transpose},
    {"swapaxes", read_swapaxes},
    {"moveaxis", read_moveaxis},
    {"expand_dims", read_expand_dims},
    {"squeeze", read_squeeze},
    {"rank", read_rank},
    {"ndim", read_ndim},
    {"size", read_size},
    {"batch_flatten", read_batch_flatten},
    {"broadcast_to", read_broadcast_to},
};

}  // namespace

std::span<const OperationRule> shape_operations() { return kRules; }

}  // namespace tare
