// Reductions over axes, and running sums.
#include <cmath>

#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/model.h"
#include "ops/cumulate.h"
#include "ops/matrix_algebra/matrix_algebra.h"

namespace tare {
namespace {

constexpr std::string_view kAxis = "axis|axes|reduction_indices", kKeep = "keepdims|keep_dims";

template <ReduceKind kKind>
void read_reduce(Operation& op) {
  ValueId x = op.x();
  if (!op.ok()) return;
  if (kKind == ReduceKind::kAny || kKind == ReduceKind::kAll) x = op.g.cast(x, DType::kBool);
  const bool whole = !is_float(op.g.dtype(x)) && !is_complex(op.g.dtype(x));
  // Sums of truth values and small integers are counted in int32.
  if ((kKind == ReduceKind::kSum || kKind == ReduceKind::kProd) && op.layer().object().is_operation)
    x = op.counted(x);
  // Keras 3 gives the mean of integers as a fraction.
  if (kKind == ReduceKind::kMean && whole && op.layer().object().is_operation)
    x = op.g.cast(x, DType::kFloat32);
  op.output(op.g.reduce(kKind, x, op.axes(1, kAxis, x), op.flag(kKeep, false)));
}

void read_logsumexp(Operation& op) {
  const ValueId x = op.x();
  const auto axes = op.axes(1, kAxis, x);
  const ValueId largest = op.g.max(x, axes, true);
  const ValueId sum = op.g.unary(
      UnaryKind::kLog, op.g.sum(op.g.unary(UnaryKind::kExp, op.g.sub(x, largest)), axes, true));
  // Reducing the sum of one element each takes the dimensions away.
  const ValueId result = op.g.add(sum, largest);
  op.output(op.flag(kKeep, false) ? result : op.g.max(result, axes, false));
}

void read_euclidean(Operation& op) {
  const ValueId x = op.real(op.x());
  op.output(op.g.unary(UnaryKind::kSqrt,
                       op.g.sum(op.g.square(x), op.axes(1, kAxis, x), op.flag(kKeep, false))));
}

void read_count_nonzero(Operation& op) {
  const ValueId x = op.x();
  const ValueId counted = op.g.cast(op.g.binary(BinaryKind::kNotEqual, x, 0.0), DType::kInt32);
  op.output(op.g.sum(counted, op.axes(1, kAxis, x), op.flag(kKeep, false)));
}

void read_arg_extreme(Operation& op) {
  ValueId x = op.x();
  const Json axis = op.plain(1, "axis|dimension");
  const bool flat = axis.is_null() && op.layer().object().is_operation;
  if (flat) x = op.g.reshape(x, {-1});
  const int at = op.axis(axis.is_null() ? 0 : op.integer(1, "axis|dimension"), x);
  const std::string_view type =
      op.text("output_type", op.layer().object().is_operation ? "int32" : "int64");
  if (!op.ok()) return;
  const ValueId index = op.g.arg_extreme(x, at, op.name() == "argmax",
                                         type == "int64" ? DType::kInt64 : DType::kInt32);
  op.output(op.flag(kKeep, false) ? op.g.expand_dims(index, at) : index);
}

// |x| to the power of the order, summed, and the root of it; infinities are the extremes.
ValueId vector_norm(Operation& op, ValueId x, double order, const Compose::Axes& axes, bool keep) {
  const ValueId size = op.g.unary(UnaryKind::kAbs, x);
  if (std::isinf(order)) return order > 0 ? op.g.max(size, axes, keep) : op.g.min(size, axes, keep);
  if (order == 0) {
    const ValueId there = op.g.binary(BinaryKind::kNotEqual, x, 0.0);
    return op.g.sum(op.g.cast(there, op.g.dtype(x)), axes, keep);
  }
  if (order == 1) return op.g.sum(size, axes, keep);
  if (order == 2) return op.g.unary(UnaryKind::kSqrt, op.g.sum(op.g.square(x), axes, keep));
  const ValueId sum = op.g.sum(op.g.binary(BinaryKind::kPow, size, order), axes, keep);
  return op.g.binary(BinaryKind::kPow, sum, 1 / order);
}

// Keras 3 bounds the factor, TensorFlow the sum of squares.
void read_normalize(Operation& op) {
  const ValueId x = op.real(op.x());
  const auto axes = op.axes(1, kAxis, x);
  if (op.name() == "l2_normalize") {
    const ValueId sum = op.g.sum(op.g.square(x), axes, true);
    return op.output(op.g.mul(
        x, op.g.unary(UnaryKind::kRsqrt, op.g.maximum(sum, op.number(2, "epsilon", 1e-12)))));
  }
  const double order = op.number(2, "order|ord", 2);
  const double least = op.number(Operation::kNamed, "epsilon", 1e-7);
  if (order == 2) {
    const ValueId sum = op.g.sum(op.g.square(x), axes, true);
    return op.output(op.g.mul(x, op.g.minimum(op.g.unary(UnaryKind::kRsqrt, sum), 1 / least)));
  }
  op.output(op.g.div(x, op.g.maximum(vector_norm(op, x, order, axes, true), least)));
}

// Of one axis a vector's norm, of two a matrix's: the largest or smallest sum of a row or column,
// or singular value.
void read_norm(Operation& op) {
  const ValueId x = op.real(op.x());
  const Json order = op.plain(1, "ord");
  // TensorFlow takes a tensor without axes for one vector.
  const bool whole = op.plain(2, kAxis).is_null() && !op.layer().object().is_operation;
  const auto axes = op.axes(2, kAxis, x);
  const bool keep = op.flag(kKeep, false);
  const auto name = order.if_string();
  const bool euclidean = order.is_null() || name == "euclidean" || name == "fro";
  if (!op.ok()) return;
  if (euclidean) return op.output(vector_norm(op, x, 2, axes, keep));
  const bool nuclear = name == "nuc";
  if (!whole && axes.size() == 2 && (nuclear || std::abs(order.if_number().value_or(0)) == 2)) {
    const ValueId moved = op.g.move_axis(x, axes[0], -1);
    const ValueId values =
        op.layer().emit(MatrixAlgebra{.kind = MatrixAlgebra::Kind::kSingularValues},
                        {op.g.move_axis(moved, axes[1] > axes[0] ? axes[1] - 1 : axes[1], -1)});
    const ReduceKind kind = nuclear                         ? ReduceKind::kSum
                            : order.if_number().value() > 0 ? ReduceKind::kMax
                                                            : ReduceKind::kMin;
    return op.output(op.kept(op.g.reduce(kind, values, {-1}, false), axes));
  }
  const auto number = name == "inf" || name == "Infinity" ? std::optional<double>(INFINITY)
                      : name == "-inf"                    ? std::optional<double>(-INFINITY)
                                                          : order.if_number();
  if (!number) return op.unsupported("a norm of this kind is not supported");
  if (whole || axes.size() == 1) return op.output(vector_norm(op, x, *number, axes, keep));
  const bool infinite = std::isinf(*number);
  if (axes.size() != 2 || !(infinite || std::abs(*number) == 1))
    return op.unsupported("this norm of a matrix is not supported");
  const ValueId sums = op.g.sum(op.g.unary(UnaryKind::kAbs, x), {axes[infinite ? 1 : 0]}, true);
  const ValueId y = *number > 0 ? op.g.max(sums, axes, true) : op.g.min(sums, axes, true);
  // One element each: reducing them takes the dimensions away.
  op.output(keep ? y : op.g.max(y, axes, false));
}

void read_cumulative(Operation& op) {
  ValueId x = op.x();
  const Json axis = op.plain(1, "axis");
  if (axis.is_null() && op.layer().object().is_operation) x = op.g.reshape(x, {-1});
  if (op.ok() && op.g.dtype(x) == DType::kBool) x = op.g.cast(x, DType::kInt32);
  if (const auto type = keras_dtype(op.plain(Operation::kNamed, "dtype").if_string().value_or("")))
    x = op.g.cast(x, *type);
  const int at = op.axis(axis.is_null() ? 0 : op.integer(1, "axis"), x);
  const Cumulate cumulate{.product = op.name() == "cumprod",
                          .exclusive = op.flag("exclusive", false),
                          .reverse = op.flag("reverse", false)};
  if (op.ok()) op.output(op.layer().emit(cumulate, {x, op.g.number(at, DType::kInt32)}));
}

using K = ReduceKind;
constexpr OperationRule kRules[] = {
    {"sum", read_reduce<K::kSum>},
    {"reduce_sum", read_reduce<K::kSum>},
    {"mean", read_reduce<K::kMean>},
    {"reduce_mean", read_reduce<K::kMean>},
    {"max", read_reduce<K::kMax>},
    {"amax", read_reduce<K::kMax>},
    {"reduce_max", read_reduce<K::kMax>},
    {"min", read_reduce<K::kMin>},
    {"amin", read_reduce<K::kMin>},
    {"reduce_min", read_reduce<K::kMin>},
    {"prod", read_reduce<K::kProd>},
    {"reduce_prod", read_reduce<K::kProd>},
    {"any", read_reduce<K::kAny>},
    {"reduce_any", read_reduce<K::kAny>},
    {"all", read_reduce<K::kAll>},
    {"reduce_all", read_reduce<K::kAll>},
    {"logsumexp", read_logsumexp},
    {"reduce_logsumexp", read_logsumexp},
    {"reduce_euclidean_norm", read_euclidean},
    {"count_nonzero", read_count_nonzero},
    {"argmax", read_arg_extreme},
    {"argmin", read_arg_extreme},
    {"normalize", read_normalize},
    {"l2_normalize", read_normalize},
    {"norm", read_norm},
    {"cumsum", read_cumulative},
    {"cumprod", read_cumulative},
};

}  // namespace

std::span<const OperationRule> reduction_operations() { return kRules; }

}  // namespace tare
