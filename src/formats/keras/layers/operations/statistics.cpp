// Orders, quantiles, spreads, and reductions that pass over NaN.
#include <limits>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"

namespace tare {
namespace {

constexpr std::string_view kAxis = "axis|axes|reduction_indices", kKeep = "keepdims|keep_dims";

ValueId variance(Operation& op, ValueId x, const Compose::Axes& axes, bool keep) {
  return op.g.mean(op.g.square(op.g.sub(x, op.g.mean(x, axes, true))), axes, keep);
}

void read_variance(Operation& op) {
  const ValueId x = op.real(op.x());
  const ValueId v = variance(op, x, op.axes(1, kAxis, x), op.flag(kKeep, false));
  const bool root = op.name() == "std" || op.name() == "reduce_std";
  op.output(root ? op.g.unary(UnaryKind::kSqrt, v) : v);
}

void read_moments(Operation& op) {
  const ValueId x = op.real(op.x());
  const auto axes = op.axes(1, kAxis, x);
  const bool keep = op.flag(kKeep, false);
  op.output(op.g.mean(x, axes, keep));
  op.output(variance(op, x, axes, keep));
}

void read_average(Operation& op) {
  ValueId x = op.real(op.x());
  const KerasArgument& weights = op.argument(2, "weights");
  const auto axes = op.axes(1, kAxis, x);
  if (weights.is_none()) return op.output(op.kept(op.g.mean(x, axes), axes));
  ValueId w = op.tensor(2, "weights", op.g.dtype(x));
  if (!op.ok()) return;
  w = op.g.cast(w, op.g.dtype(x));
  // Weights of one axis lie along it.
  if (op.g.rank(w) == 1 && axes.size() == 1) {
    for (int i = axes[0] + 1; i < op.g.rank(x); ++i) w = op.g.expand_dims(w, -1);
  }
  const ValueId total = op.g.sum(op.g.add(w, op.g.mul(x, 0.0)), axes);
  op.output(op.kept(op.g.div(op.g.sum(op.g.mul(x, w), axes), total), axes));
}

// The last dimension sorted; another one is moved there and back.
void read_sort(Operation& op) {
  ValueId x = op.x();
  const Json written = op.plain(1, "axis");
  if (!op.ok()) return;
  if (written.is_null() && op.layer().config("axis").exists()) x = op.g.reshape(x, {-1});
  const int rank = op.g.rank(x);
  // Negation turns the order round, of what has a negative.
  const DType type = op.g.dtype(x);
  if (!is_float(type) && dtype_size(type) < 4) x = op.g.cast(x, DType::kInt32);
  const int axis = op.axis(written.is_null() ? -1 : op.integer(1, "axis"), x);
  const bool descending = op.text("direction", "ASCENDING") == "DESCENDING";
  const bool wants_indices = op.name() == "argsort";
  const ValueId moved = op.g.move_axis(x, axis, rank - 1);
  const ValueId count =
      op.g.squeeze(op.g.shape_vector(std::vector<Extent>{op.g.extent(moved, rank - 1)}), 0);
  const auto sorted = op.g.top_k(descending ? moved : op.g.neg(moved), count);
  const ValueId values = wants_indices ? sorted.indices
                         : descending  ? sorted.values
                                       : op.g.neg(sorted.values);
  op.output(op.g.move_axis(wants_indices ? values : op.g.cast(values, type), rank - 1, axis));
}

void read_top_k(Operation& op) {
  const ValueId x = op.x();
  const auto sorted =
      op.g.top_k(x, op.g.number(static_cast<double>(op.integer(1, "k", 1)), DType::kInt32));
  op.output(sorted.values);
  op.output(sorted.indices);
}

// Rows in descending order, and how many of each count: one number for all, or one each.
struct Ranked {
  ValueId rows, count;
};

ValueId element_at(Operation& op, const Ranked& ranked, ValueId place) {
  const ValueId last = op.g.sub(ranked.count, 1.0);
  const ValueId ascending = op.g.minimum(op.g.cast(place, DType::kInt32), last);
  const ValueId at = op.g.maximum(op.g.sub(last, op.g.maximum(ascending, 0.0)), 0.0);
  const int axis = op.g.rank(ranked.rows) - 1;
  if (op.g.rank(at) == 0) return op.g.gather(ranked.rows, at, axis);
  return op.g.squeeze(op.g.gather(ranked.rows, op.g.expand_dims(at, -1), axis, axis), -1);
}

// `q` of the way from the smallest to the largest; places are computed in doubles.
ValueId quantile_of(Operation& op, const Ranked& ranked, double q, std::string_view method) {
  const ValueId count = op.g.cast(ranked.count, DType::kFloat64);
  const ValueId place = op.g.mul(op.g.sub(count, 1.0), q);
  const auto at = [&](ValueId p) { return element_at(op, ranked, p); };
  const ValueId low = op.g.unary(UnaryKind::kFloor, place),
                high = op.g.unary(UnaryKind::kCeil, place);
  if (method == "lower") return at(low);
  if (method == "higher") return at(high);
  if (method == "nearest") return at(op.g.unary(UnaryKind::kRound, place));
  if (method == "midpoint") return op.g.mul(op.g.add(at(low), at(high)), 0.5);
  if (method != "linear") op.fail("method: not known");
  const ValueId before = op.g.maximum(op.g.sub(high, 1.0), 0.0);
  const ValueId after = op.g.minimum(op.g.add(before, 1.0), op.g.sub(count, 1.0));
  const ValueId share = op.g.cast(op.g.sub(after, place), op.g.dtype(ranked.rows));
  return op.g.add(op.g.mul(at(after), op.g.sub(1.0, share)), op.g.mul(at(before), share));
}

// Of what is not a number the result is none, or it is left out. Keras's operations that do not
// leave it out interpolate whatever their method says.
void read_quantile(Operation& op) {
  const ValueId x = op.real(op.x());
  const bool passes = op.name().starts_with("nan"), median = op.name().ends_with("median");
  const auto axes = op.axes(median ? 1 : 2, kAxis, x);
  if (!op.ok()) return;
  const std::string method(passes ? op.text("method", "linear") : "linear");
  ValueId rows = op.join(x, axes).value;
  const int last = op.g.rank(rows) - 1;
  const ValueId length =
      op.g.squeeze(op.g.shape_vector(std::vector<Extent>{op.g.extent(rows, last)}), 0);
  const ValueId nan = op.g.unary(UnaryKind::kIsNan, rows);
  ValueId count = length, none = op.g.any(nan, {last});
  if (passes) {
    rows = op.g.select(nan, op.g.number(-std::numeric_limits<double>::infinity(), op.g.dtype(rows)),
                       rows);
    count = op.g.sum(op.g.cast(op.g.logical_not(nan), DType::kInt32), {last});
    none = op.g.binary(BinaryKind::kEqual, count, 0.0);
  }
  const Ranked ranked{op.g.top_k(rows, length).values, count};
  const double scale = op.name().ends_with("percentile") ? 0.01 : 1;
  const auto one = [&](double q) {
    if (!(q >= 0 && q <= 1)) op.fail("q: out of range");
    if (!op.ok()) return x;
    const ValueId y = quantile_of(op, ranked, q, method);
    const ValueId missing = op.g.number(std::numeric_limits<double>::quiet_NaN(), op.g.dtype(rows));
    return op.kept(op.g.select(none, missing, y), axes);
  };
  if (median) return op.output(one(0.5));
  const Json q = unwrapped(op.plain(1, "q"));
  if (!q.is_array()) return op.output(one(op.number(1, "q") * scale));
  std::vector<ValueId> results;
  for (const Json number : q) {
    if (results.size() >= 4096) return op.fail("q: too many");
    results.push_back(one(number.if_number().value_or(-1) * scale));
  }
  if (results.empty()) return op.fail("q: expected numbers");
  op.output(op.g.stack(results, 0));
}

// The largest less the smallest.
void read_range(Operation& op) {
  const ValueId x = op.x();
  const auto axes = op.axes(1, kAxis, x);
  op.output(op.kept(op.g.sub(op.g.max(x, axes), op.g.min(x, axes)), axes));
}

// Which elements are numbers, and x with another number for the rest.
struct Numbers {
  ValueId x, nan, filled;
};

Numbers without_nan(Operation& op, double instead) {
  const ValueId x = op.real(op.x());
  const ValueId nan = op.g.unary(UnaryKind::kIsNan, x);
  return {x, nan, op.g.select(nan, op.g.number(instead, op.g.dtype(x)), x)};
}

template <ReduceKind kKind>
void read_nan_reduce(Operation& op) {
  constexpr double kLimit = std::numeric_limits<double>::infinity();
  constexpr bool kExtreme = kKind == ReduceKind::kMax || kKind == ReduceKind::kMin;
  const Numbers n = without_nan(op, kKind == ReduceKind::kMax    ? -kLimit
                                    : kKind == ReduceKind::kMin  ? kLimit
                                    : kKind == ReduceKind::kProd ? 1
                                                                 : 0);
  const auto axes = op.axes(1, kAxis, n.x);
  if (!op.ok()) return;
  ValueId y = op.g.reduce(kKind, n.filled, axes, false);
  if (kExtreme) {
    y = op.g.select(op.g.all(n.nan, axes),
                    op.g.number(std::numeric_limits<double>::quiet_NaN(), op.g.dtype(y)), y);
  }
  op.output(op.kept(y, axes));
}

void read_nan_spread(Operation& op) {
  const Numbers n = without_nan(op, 0);
  const auto axes = op.axes(1, kAxis, n.x);
  if (!op.ok()) return;
  const ValueId counted = op.g.cast(op.g.logical_not(n.nan), op.g.dtype(n.x));
  const ValueId count = op.g.sum(counted, axes, true);
  const ValueId mean = op.g.div(op.g.sum(n.filled, axes, true), count);
  // One element each: reducing them takes the dimensions away.
  const auto give = [&](ValueId y) { op.output(op.kept(op.g.max(y, axes), axes)); };
  if (op.name() == "nanmean") return give(mean);
  const ValueId distance = op.g.mul(op.g.sub(n.filled, mean), counted);
  const ValueId variance = op.g.div(op.g.sum(op.g.square(distance), axes, true), count);
  give(op.name() == "nanstd" ? op.g.unary(UnaryKind::kSqrt, variance) : variance);
}

void read_nan_cumulative(Operation& op) {
  const bool product = op.name() == "nancumprod";
  ValueId x = without_nan(op, product ? 1 : 0).filled;
  const bool flat = op.plain(1, "axis").is_null();
  if (flat) x = op.g.reshape(x, {-1});
  op.output(op.g.cumulative(x, op.axis(flat ? 0 : op.integer(1, "axis"), x), product));
}

// Differences of neighbours, n times over.
void read_diff(Operation& op) {
  ValueId x = op.x();
  const std::int64_t times = op.integer(1, "n", 1);
  const int axis = op.axis(op.integer(2, "axis", -1), x);
  if (times < 0 || times > 64) return op.fail("n: out of range");
  for (std::int64_t i = 0; i < times && op.ok(); ++i)
    x = op.g.sub(op.g.slice(x, axis, 1, INT64_MAX), op.g.slice(x, axis, 0, -1));
  op.output(x);
}

using K = ReduceKind;
constexpr OperationRule kRules[] = {
    {"var", read_variance},
    {"reduce_variance", read_variance},
    {"std", read_variance},
    {"reduce_std", read_variance},
    {"moments", read_moments},
    {"average", read_average},
    {"sort", read_sort},
    {"argsort", read_sort},
    {"top_k", read_top_k},
    {"median", read_quantile},
    {"quantile", read_quantile},
    {"percentile", read_quantile},
    {"nanmedian", read_quantile},
    {"nanquantile", read_quantile},
    {"nanpercentile", read_quantile},
    {"ptp", read_range},
    {"nansum", read_nan_reduce<K::kSum>},
    {"nanprod", read_nan_reduce<K::kProd>},
    {"nanmax", read_nan_reduce<K::kMax>},
    {"nanmin", read_nan_reduce<K::kMin>},
    {"nanmean", read_nan_spread},
    {"nanvar", read_nan_spread},
    {"nanstd", read_nan_spread},
    {"nancumsum", read_nan_cumulative},
    {"nancumprod", read_nan_cumulative},
    {"diff", read_diff},
};

}  // namespace

std::span<const OperationRule> statistics_operations() { return kRules; }

}  // namespace tare
