// Elements picked by what they are: where a mask holds, each distinct one once, so many to a bin.
// How many there will be is often known when the model runs alone.
#include "formats/keras/layers/operations/operation.h"
#include "ir/constant_tensor.h"
#include "ops/fill.h"
#include "ops/scatter_nd.h"
#include "ops/segment_reduce.h"
#include "ops/unique.h"
#include "ops/where.h"

namespace tare {
namespace {

constexpr std::int64_t kMost = 1 << 24;

// The mask covers dimensions from `axis` on; what it keeps of them is one dimension.
void read_boolean_mask(Operation& op) {
  ValueId x = op.x();
  const ValueId mask = op.g.cast(op.tensor(1, "mask", DType::kBool), DType::kBool);
  const int axis = op.axis(op.integer(2, "axis", 0), x);
  if (!op.ok()) return;
  const int covered = op.g.rank(mask);
  if (covered < 1 || axis + covered > op.g.rank(x)) return op.fail("mask: does not fit the tensor");
  const auto whole = op.g.extents(x);
  for (int i = 0; i < covered; ++i) {
    const Dim wanted = op.g.shape(x)[axis + i], given = op.g.shape(mask)[i];
    if (is_known(wanted) && is_known(given) && wanted != given)
      return op.fail("mask: does not fit the tensor");
  }
  std::vector<Extent> shape(whole.begin(), whole.begin() + axis);
  shape.emplace_back(-1);
  shape.insert(shape.end(), whole.begin() + axis + covered, whole.end());
  if (covered > 1) x = op.g.reshape(x, shape);
  const ValueId places = op.layer().emit(Where{}, {op.g.reshape(mask, {-1})});
  op.output(op.g.gather(x, op.g.cast(op.g.squeeze(places, 1), DType::kInt32), axis));
}

ValueId count_of(Operation& op, ValueId x, int axis) {
  return op.g.squeeze(op.g.shape_vector(std::vector<Extent>{op.g.extent(x, axis)}), 0);
}

ValueId one_each(Operation& op, ValueId like, double value) {
  return op.g.fill(std::vector<Extent>{op.g.extent(like, 0)}, op.g.number(value, DType::kInt32));
}

// Cut or filled up to a number.
ValueId sized(Operation& op, ValueId x, int axis, const Json& size, ValueId filling) {
  if (size.is_null()) return x;
  const std::int64_t n = size.if_integer().value_or(-1);
  if (n < 1 || n > kMost) op.fail("size: out of range");
  if (!op.ok()) return x;
  auto shape = op.g.extents(x);
  shape[static_cast<std::size_t>(axis)] = n;
  const ValueId more = op.g.fill(shape, op.g.cast(filling, op.g.dtype(x)));
  return op.g.slice(op.g.concat({x, more}, axis), axis, 0, n);
}

// TensorFlow gives elements in the order of first sight and where each went.
void read_unique(Operation& op) {
  ValueId x = op.x();
  const bool keras = op.layer().object().is_operation;
  const bool flat = op.plain(Operation::kNamed, "axis").is_null();
  const auto whole = op.g.extents(x);
  if (keras && flat) x = op.g.reshape(x, {-1});
  if (!op.ok()) return;
  Unique unique;
  unique.index_type = op.text("out_idx", "int32") == "int64" ? DType::kInt64 : DType::kInt32;
  if (!flat) unique.axis = op.axis(op.integer(Operation::kNamed, "axis"), x);
  const int axis = static_cast<int>(unique.axis.value_or(0));
  if (!op.ok()) return;
  const auto found = op.layer().builder().emit_n(unique, {x}, 3);
  if (!op.ok()) return;
  ValueId values = found[0], inverse = found[1], counts = found[2];
  if (!keras || op.name() == "unique_with_counts") {
    op.output(values);
    op.output(inverse);
    if (op.name() == "unique_with_counts") op.output(counts);
    return;
  }
  const ValueId count = count_of(op, values, axis);
  const ValueId places = op.g.range(op.g.extent(inverse, 0));
  ValueId first =
      op.layer().emit(SegmentReduce{.kind = SegmentReduce::Kind::kMin}, {places, inverse, count});
  if (op.flag("sorted", true)) {
    if (op.g.rank(values) != 1)
      return op.unsupported("slices are not put into order; sorted=False is supported");
    const DType type = op.g.dtype(values);
    const bool small = !is_float(type) && dtype_size(type) < 4;
    const ValueId order =
        op.g.top_k(op.g.neg(small ? op.g.cast(values, DType::kInt32) : values), count).indices;
    values = op.g.gather(values, order, 0);
    first = op.g.gather(first, order, 0);
    counts = op.g.gather(counts, order, 0);
    const ValueId rank = op.layer().emit(
        ScatterNd{}, {op.g.expand_dims(order, 1), op.g.range(op.g.extent(order, 0)),
                      op.g.shape_vector(std::vector<Extent>{op.g.extent(order, 0)})});
    inverse = op.g.gather(rank, inverse, 0);
  }
  const Json size = op.plain(Operation::kNamed, "size");
  const auto zero = [&](double v) { return op.g.number(v, DType::kInt32); };
  const bool filled = !op.argument(Operation::kNamed, "fill_value").is_none();
  op.output(
      sized(op, values, axis, size, filled ? op.tensor(Operation::kNamed, "fill_value") : zero(0)));
  if (op.flag("return_index", false)) op.output(sized(op, first, 0, size, zero(1)));
  if (op.flag("return_inverse", false)) op.output(flat ? op.g.reshape(inverse, whole) : inverse);
  if (op.flag("return_counts", false)) op.output(sized(op, counts, 0, size, zero(0)));
}

// Bins of one width between two bounds; what lies outside goes into the outermost. The place is
// computed in doubles, as TensorFlow does.
void read_histogram(Operation& op) {
  const ValueId x = op.g.reshape(op.tensor(0, "values"), {-1});
  const ValueId bounds = op.tensor(1, "value_range", op.g.dtype(x));
  const std::int64_t bins = op.integer(2, "nbins", 100);
  if (!op.ok() || bins < 1 || bins > kMost) return op.fail("nbins: out of range");
  if (op.g.rank(bounds) != 1) return op.fail("value_range: expected two numbers");
  const auto exact = [&](ValueId v) { return op.g.cast(v, DType::kFloat64); };
  const ValueId low = op.g.pick(bounds, 0, 0), high = op.g.pick(bounds, 0, 1);
  const ValueId above = exact(op.g.sub(op.g.maximum(op.g.cast(x, op.g.dtype(bounds)), low), low));
  const ValueId width = op.g.div(exact(op.g.sub(high, low)), static_cast<double>(bins));
  const ValueId place =
      op.g.cast(op.g.minimum(op.g.div(above, width), static_cast<double>(bins - 1)), DType::kInt32);
  const ValueId hits =
      op.layer().emit(ScatterNd{}, {op.g.expand_dims(place, 1), one_each(op, place, 1),
                                    op.g.integers(std::vector<std::int64_t>{bins})});
  op.output(op.text("dtype", "int32") == "int64" ? op.g.cast(hits, DType::kInt64) : hits);
}

constexpr OperationRule kRules[] = {
    {"boolean_mask", read_boolean_mask},
    {"unique", read_unique},
    {"unique_with_counts", read_unique},
    {"histogram_fixed_width", read_histogram},
};

}  // namespace

std::span<const OperationRule> picking_operations() { return kRules; }

}  // namespace tare
