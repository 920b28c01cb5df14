// Operations that find, count and compare elements over whole tensors.
#include <algorithm>
#include <limits>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"
#include "ops/range.h"
#include "ops/where.h"

namespace tare {
namespace {

using B = BinaryKind;

// Whether each element of the first is among those of the second.
void read_is_in(Operation& op) {
  const auto [x, set] = op.operands("x1|elements|a", "x2|test_elements|b");
  const bool invert = op.flag("invert", false);
  if (!op.ok()) return;
  const ValueId equal = op.g.binary(B::kEqual, op.g.expand_dims(x, -1), op.g.reshape(set, {-1}));
  const ValueId found = op.g.any(equal, {-1});
  op.output(invert ? op.g.logical_not(found) : found);
}

// How many of the sorted numbers stand before each value: those below it, or not above it.
void read_search_sorted(Operation& op) {
  const auto [sorted, values] = op.operands("sorted_sequence|sequence", "values");
  const bool right = op.text("side", "left") == "right";
  if (!op.ok()) return;
  if (op.g.rank(sorted) != 1) return op.unsupported("one sorted sequence is supported");
  const ValueId before =
      op.g.binary(right ? B::kLessEqual : B::kLess, sorted, op.g.expand_dims(values, -1));
  op.output(op.g.sum(op.g.cast(before, DType::kInt32), {-1}));
}

// Of 0, 1, ... along the last dimension; how many bins there are follows from the data, unless
// there are enough for it.
void read_bincount(Operation& op) {
  ValueId x = op.g.cast(op.tensor(0, "x|arr"), DType::kInt32);
  const bool keras = op.layer().object().is_operation;
  // TensorFlow counts over the whole tensor, unless its last axis alone is meant.
  const bool flat = !keras && op.integer(Operation::kNamed, "axis", 0) == 0;
  if (flat) x = op.g.reshape(x, {-1});
  const std::int64_t least = op.integer(Operation::kNamed, "minlength", 0);
  const std::int64_t most = op.integer(Operation::kNamed, "maxlength", INT32_MAX);
  const bool weighted = !op.argument(Operation::kNamed, "weights").is_none();
  if (!op.ok() || least < 0 || least > INT32_MAX || most < 0 || most > INT32_MAX)
    return op.fail("minlength or maxlength: out of range");
  if (op.flag("sparse", false) || op.g.rank(x) < 1)
    return op.unsupported("it is supported when dense");
  if (op.flag("binary_output", false)) return op.unsupported("binary_output is not supported");
  Compose::Axes all;
  for (int i = 0; i < op.g.rank(x); ++i) all.push_back(i);
  const ValueId largest = op.g.add(op.g.max(x, all), 1.0);
  const ValueId count =
      op.g.minimum(op.g.maximum(largest, static_cast<double>(least)), static_cast<double>(most));
  const ValueId bins = op.layer().emit(
      RangeOp{}, {op.g.number(0, DType::kInt32), count, op.g.number(1, DType::kInt32)});
  ValueId hits = op.g.binary(B::kEqual, op.g.expand_dims(x, -1), bins);
  if (weighted) {
    ValueId w = op.tensor(Operation::kNamed, "weights");
    if (flat) w = op.g.reshape(w, {-1});
    hits = op.g.mul(op.g.cast(hits, op.g.dtype(w)), op.g.expand_dims(w, -1));
  } else {
    hits = op.g.cast(hits, DType::kInt32);
  }
  op.output(op.g.sum(hits, {-2}));
}

// The places of what is not zero, a tensor for each dimension.
void read_nonzero(Operation& op) {
  const ValueId x = op.x();
  const int rank = op.g.rank(x);
  if (!op.ok() || rank < 1) return op.fail("expected one dimension at least");
  const ValueId places =
      op.g.cast(op.layer().emit(Where{}, {op.g.cast(x, DType::kBool)}), DType::kInt32);
  for (int i = 0; i < rank; ++i) op.output(op.g.pick(places, 1, i));
}

// Numbers of elements as places in a shape.
void read_unravel(Operation& op) {
  ValueId rest = op.tensor(0, "indices|x", DType::kInt32);
  const auto shape = op.integers(1, "shape");
  if (!op.ok()) return;
  std::vector<ValueId> places;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] < 1 || shape[i] > INT32_MAX) return op.fail("shape: out of range");
    const auto extent = static_cast<double>(shape[i]);
    places.push_back(op.g.binary(B::kFloorMod, rest, extent));
    rest = op.g.binary(B::kFloorDiv, rest, extent);
  }
  for (std::size_t i = places.size(); i-- > 0;) op.output(places[i]);
}

// Of numbers alone; -1 where there are none.
template <bool kLargest>
void read_nan_extreme(Operation& op) {
  ValueId x = op.real(op.x());
  const Json written = op.plain(1, "axis");
  if (!op.ok()) return;
  if (written.is_null()) x = op.g.reshape(x, {-1});
  const int axis = op.axis(written.is_null() ? 0 : op.integer(1, "axis"), x);
  if (!op.ok()) return;
  const ValueId nan = op.g.unary(UnaryKind::kIsNan, x);
  constexpr double kLimit = std::numeric_limits<double>::infinity();
  const ValueId filled =
      op.g.select(nan, op.g.number(kLargest ? -kLimit : kLimit, op.g.dtype(x)), x);
  const ValueId at = op.g.arg_extreme(filled, axis, kLargest, DType::kInt32);
  const ValueId none = op.g.all(nan, {axis});
  op.output(op.kept(op.g.select(none, op.g.number(-1, DType::kInt32), at), {axis}));
}

// Between each row of one and each of the other.
void read_distances(Operation& op) {
  const auto [a, b] = op.operands("x", "y");
  if (!op.ok() || op.g.rank(a) < 2 || op.g.rank(b) < 2) return op.fail("expected rows");
  const ValueId difference =
      op.g.sub(op.g.expand_dims(op.real(a), -2), op.g.expand_dims(op.real(b), -3));
  op.output(op.g.unary(UnaryKind::kSqrt, op.g.sum(op.g.square(difference), {-1})));
}

// Areas below straight lines from point to point.
void read_trapezoid(Operation& op) {
  const ValueId y = op.real(op.tensor(0, "y"));
  const double width = op.number(2, "dx", 1);
  const int axis = op.axis(op.integer(3, "axis", -1), y);
  if (!op.argument(1, "x").is_none())
    return op.unsupported("places of the points are not supported");
  if (!op.ok()) return;
  const ValueId pairs = op.g.add(op.g.slice(y, axis, 1, INT64_MAX), op.g.slice(y, axis, 0, -1));
  op.output(op.g.mul(op.g.sum(pairs, {axis}), width / 2));
}

// Each element of the one times the whole other.
void read_kron(Operation& op) {
  const auto [a, b] = op.operands();
  const int rank = op.g.rank(a);
  if (!op.ok() || op.g.rank(b) != rank || 2 * rank > kMaxRank)
    return op.unsupported("operands of one rank, four at most, are supported");
  std::vector<Extent> left, right, shape;
  for (int i = 0; i < rank; ++i) {
    const Extent n = op.g.extent(a, i), m = op.g.extent(b, i);
    left.insert(left.end(), {n, 1});
    right.insert(right.end(), {1, m});
    const bool known = n.of == ValueId::kNone && m.of == ValueId::kNone;
    shape.emplace_back(known ? n.number * m.number : -1);
  }
  if (std::count_if(shape.begin(), shape.end(), [](const Extent& e) { return e.number < 0; }) > 1)
    return op.unsupported("the extents must be known");
  op.output(op.g.reshape(op.g.mul(op.g.reshape(a, left), op.g.reshape(b, right)), shape));
}

void read_zero_fraction(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  const ValueId zero = op.g.cast(op.g.binary(B::kEqual, x, 0.0), DType::kFloat32);
  op.output(op.g.mean(zero, op.axes(SIZE_MAX, "none", x)));
}

void read_l2_loss(Operation& op) {
  const ValueId x = op.tensor(0, "t");
  if (op.ok()) op.output(op.g.mul(op.g.sum(op.g.square(x), op.axes(SIZE_MAX, "none", x)), 0.5));
}

constexpr OperationRule kRules[] = {
    {"is_in", read_is_in},
    {"search_sorted", read_search_sorted},
    {"searchsorted", read_search_sorted},
    {"bincount", read_bincount},
    {"nonzero", read_nonzero},
    {"unravel_index", read_unravel},
    {"nanargmax", read_nan_extreme<true>},
    {"nanargmin", read_nan_extreme<false>},
    {"c_dist", read_distances},
    {"trapezoid", read_trapezoid},
    {"kron", read_kron},
    {"zero_fraction", read_zero_fraction},
    {"l2_loss", read_l2_loss},
};

}  // namespace

std::span<const OperationRule> searching_operations() { return kRules; }

}  // namespace tare
