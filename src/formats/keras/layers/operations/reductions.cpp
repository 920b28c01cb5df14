// Operations over axes, and products.
#include <algorithm>

#include "formats/keras/einsum.h"
#include "formats/keras/layers/operations/operation.h"

namespace tare {
namespace {

constexpr std::string_view kAxis = "axis|axes|reduction_indices", kKeep = "keepdims|keep_dims";

template <ReduceKind kKind>
void read_reduce(Operation& op) {
  ValueId x = op.x();
  if (!op.ok()) return;
  if (kKind == ReduceKind::kAny || kKind == ReduceKind::kAll) x = op.g.cast(x, DType::kBool);
  const bool whole = !is_float(op.g.dtype(x)) && !is_complex(op.g.dtype(x));
  // Keras 3 gives the mean of integers as a fraction.
  if (kKind == ReduceKind::kMean && whole && op.layer().object().is_operation)
    x = op.g.cast(x, DType::kFloat32);
  op.output(op.g.reduce(kKind, x, op.axes(1, kAxis, x), op.flag(kKeep, false)));
}

ValueId variance(Operation& op, ValueId x, const Compose::Axes& axes, bool keep) {
  return op.g.mean(op.g.square(op.g.sub(x, op.g.mean(x, axes, true))), axes, keep);
}

void read_variance(Operation& op) {
  const ValueId x = op.x();
  const ValueId v = variance(op, x, op.axes(1, kAxis, x), op.flag(kKeep, false));
  const bool root = op.name() == "std" || op.name() == "reduce_std";
  op.output(root ? op.g.unary(UnaryKind::kSqrt, v) : v);
}

void read_moments(Operation& op) {
  const ValueId x = op.x();
  const auto axes = op.axes(1, kAxis, x);
  const bool keep = op.flag(kKeep, false);
  op.output(op.g.mean(x, axes, keep));
  op.output(variance(op, x, axes, keep));
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

// Keras 3 bounds the factor, TensorFlow the sum of squares.
void read_normalize(Operation& op) {
  const ValueId x = op.x();
  const auto axes = op.axes(1, kAxis, x);
  const ValueId sum = op.g.sum(op.g.square(x), axes, true);
  if (op.name() == "l2_normalize") {
    return op.output(op.g.mul(
        x, op.g.unary(UnaryKind::kRsqrt, op.g.maximum(sum, op.number(2, "epsilon", 1e-12)))));
  }
  if (op.number(2, "order|ord", 2) != 2) return op.unsupported("only the order 2 is supported");
  const double least = op.number(Operation::kNamed, "epsilon", 1e-7);
  op.output(op.g.mul(x, op.g.minimum(op.g.unary(UnaryKind::kRsqrt, sum), 1 / least)));
}

void read_norm(Operation& op) {
  const ValueId x = op.x();
  const Json order = op.plain(1, "ord");
  if (!order.is_null() && order.if_number() != 2.0 && order.if_string() != "euclidean" &&
      order.if_string() != "fro") {
    return op.unsupported("only the Euclidean norm is supported");
  }
  op.output(op.g.unary(UnaryKind::kSqrt,
                       op.g.sum(op.g.square(x), op.axes(2, kAxis, x), op.flag(kKeep, false))));
}

void read_cumulative(Operation& op) {
  ValueId x = op.x();
  const Json axis = op.plain(1, "axis");
  if (axis.is_null()) x = op.g.reshape(x, {-1});
  if (op.flag("exclusive", false)) return op.unsupported("exclusive sums are not supported");
  const int at = op.axis(axis.is_null() ? 0 : op.integer(1, "axis"), x);
  op.output(op.g.cumulative(x, at, op.name() == "cumprod", op.flag("reverse", false)));
}

// The last dimension sorted; another one is moved there and back.
void read_sort(Operation& op) {
  ValueId x = op.x();
  const Json written = op.plain(1, "axis");
  if (!op.ok()) return;
  if (written.is_null() && op.layer().config("axis").exists()) x = op.g.reshape(x, {-1});
  const int rank = op.g.rank(x);
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
  op.output(op.g.move_axis(values, rank - 1, axis));
}

void read_top_k(Operation& op) {
  const ValueId x = op.x();
  const auto sorted =
      op.g.top_k(x, op.g.number(static_cast<double>(op.integer(1, "k", 1)), DType::kInt32));
  op.output(sorted.values);
  op.output(sorted.indices);
}

ValueId matrix_product(Operation& op, ValueId a, ValueId b, bool transpose_a, bool transpose_b) {
  // Vectors are rows on the left and columns on the right, and leave no dimension behind.
  const bool row = op.g.rank(a) == 1, column = op.g.rank(b) == 1;
  if (row) a = op.g.expand_dims(a, 0);
  if (column) b = op.g.expand_dims(b, 1);
  ValueId product = op.g.matmul(a, b, transpose_a, transpose_b);
  if (row) product = op.g.squeeze(product, -2);
  return column ? op.g.squeeze(product, -1) : product;
}

void read_matmul(Operation& op) {
  const ValueId a = op.tensor(0, "x1|a|x"), b = op.tensor(1, "x2|b|y");
  if (!op.ok()) return;
  const DType type = promoted(op.g.dtype(a), op.g.dtype(b));
  op.output(matrix_product(op, op.g.cast(a, type), op.g.cast(b, type),
                           op.flag("transpose_a|adjoint_a", false),
                           op.flag("transpose_b|adjoint_b", false)));
}

// NumPy's dot: over the last dimension of the first and the last but one of the second.
void read_dot(Operation& op) {
  const ValueId a = op.tensor(0, "x1|x"), b = op.tensor(1, "x2|y");
  if (!op.ok()) return;
  if (op.g.rank(a) == 0 || op.g.rank(b) == 0) return op.output(op.g.mul(a, b));
  if (op.g.rank(b) <= 2) return op.output(matrix_product(op, a, b, false, false));
  op.unsupported("operands of these ranks are not supported");
}

void read_einsum(Operation& op) {
  const std::string_view equation = op.layer().object().is_operation
                                        ? op.layer().config("subscripts").if_string().value_or("")
                                        : op.plain(0, "equation").if_string().value_or("");
  const auto& inputs = op.layer().all_inputs();
  if (equation.empty() || inputs.empty() || inputs.size() > 2)
    return op.unsupported("an equation and one or two tensors are supported");
  op.output(einsum(op.layer(), equation, inputs[0].value,
                   inputs.size() == 2 ? inputs[1].value : ValueId::kNone));
}

using K = ReduceKind;
constexpr OperationRule kRules[] = {
    {"sum", read_reduce<K::kSum>},
    {"reduce_sum", read_reduce<K::kSum>},
    {"mean", read_reduce<K::kMean>},
    {"reduce_mean", read_reduce<K::kMean>},
    {"average", read_reduce<K::kMean>},
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
    {"var", read_variance},
    {"reduce_variance", read_variance},
    {"std", read_variance},
    {"reduce_std", read_variance},
    {"moments", read_moments},
    {"logsumexp", read_logsumexp},
    {"reduce_logsumexp", read_logsumexp},
    {"count_nonzero", read_count_nonzero},
    {"argmax", read_arg_extreme},
    {"argmin", read_arg_extreme},
    {"normalize", read_normalize},
    {"l2_normalize", read_normalize},
    {"norm", read_norm},
    {"cumsum", read_cumulative},
    {"cumprod", read_cumulative},
    {"sort", read_sort},
    {"argsort", read_sort},
    {"top_k", read_top_k},
    {"matmul", read_matmul},
    {"dot", read_dot},
    {"einsum", read_einsum},
};

}  // namespace

std::span<const OperationRule> reduction_operations() { return kRules; }

}  // namespace tare
