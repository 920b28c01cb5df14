// Products and triangles of matrices.
#include <algorithm>

#include "formats/keras/einsum.h"
#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"

namespace tare {
namespace {

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

// Sums over pairs of axes; the others of the first operand come before those of the second.
void contract(Operation& op, ValueId a, const Compose::Axes& of_a, ValueId b,
              const Compose::Axes& of_b) {
  const auto order_of = [&](ValueId x, const Compose::Axes& axes, bool first) {
    std::vector<int> order;
    for (int i = 0; i < op.g.rank(x); ++i) {
      if (std::find(axes.begin(), axes.end(), i) == axes.end()) order.push_back(i);
    }
    order.insert(first ? order.begin() : order.end(), axes.begin(), axes.end());
    return order;
  };
  a = op.g.transpose(a, order_of(a, of_a, false));
  b = op.g.transpose(b, order_of(b, of_b, true));
  std::vector<Extent> shape = op.g.extents(a), rest = op.g.extents(b);
  std::int64_t inner = 1;
  for (std::size_t i = 0; i < of_b.size() && op.ok(); ++i) {
    const std::int64_t extent = op.layer().extent(b, static_cast<int>(i));
    if (__builtin_mul_overflow(inner, extent, &inner)) op.fail("too large");
  }
  if (!op.ok()) return;
  shape.resize(shape.size() - of_a.size(), -1);
  shape.insert(shape.end(), rest.begin() + static_cast<std::ptrdiff_t>(of_b.size()), rest.end());
  const ValueId product = op.g.matmul(op.g.reshape(a, {-1, inner}), op.g.reshape(b, {inner, -1}));
  op.output(op.g.reshape(product, shape));
}

// NumPy's dot: over the last dimension of the first and the last but one of the second.
void read_dot(Operation& op) {
  const ValueId a = op.tensor(0, "x1|x"), b = op.tensor(1, "x2|y");
  if (!op.ok()) return;
  if (op.g.rank(a) == 0 || op.g.rank(b) == 0) return op.output(op.g.mul(a, b));
  if (op.g.rank(b) <= 2) return op.output(matrix_product(op, a, b, false, false));
  contract(op, a, {op.g.rank(a) - 1}, b, {op.g.rank(b) - 2});
}

// Operands follow the equation, or, in Keras 3, are alone among the arguments.
void read_einsum(Operation& op) {
  const bool keras = op.layer().object().is_operation;
  const std::string_view equation =
      keras ? op.layer().config("subscripts").if_string().value_or("")
            : op.plain(0, "equation|subscripts").if_string().value_or("");
  const std::size_t first = keras ? 0 : 1, given = op.layer().call().positional.size();
  if (equation.empty() || given <= first || given > first + 2)
    return op.unsupported("an equation and one or two tensors are supported");
  const ValueId a = op.tensor(first, "");
  ValueId b = given == first + 2 ? op.tensor(first + 1, "") : ValueId::kNone;
  if (!op.ok()) return;
  if (b != ValueId::kNone) b = op.g.cast(b, op.g.dtype(a));
  op.output(einsum(op.layer(), equation, a, b));
}

// Elements on and below a diagonal, or on and above it.
void read_triangle(Operation& op) {
  const ValueId x = op.x();
  const double k = static_cast<double>(op.integer(1, "k", 0));
  if (!op.ok() || op.g.rank(x) < 2) return op.fail("expected matrices");
  const ValueId rows = op.g.expand_dims(op.g.range(op.g.extent(x, -2)), 1);
  const ValueId columns = op.g.expand_dims(op.g.range(op.g.extent(x, -1)), 0);
  const bool lower = op.name() == "tril";
  const ValueId kept = op.g.binary(lower ? BinaryKind::kLessEqual : BinaryKind::kGreaterEqual,
                                   columns, op.g.add(rows, k));
  op.output(op.g.select(kept, x, op.g.number(0, op.g.dtype(x))));
}

// A band around the diagonal; a negative width keeps all on that side.
void read_band(Operation& op) {
  const ValueId x = op.x();
  const double lower = static_cast<double>(op.integer(1, "num_lower"));
  const double upper = static_cast<double>(op.integer(2, "num_upper"));
  if (!op.ok() || op.g.rank(x) < 2) return op.fail("expected matrices");
  const ValueId rows = op.g.expand_dims(op.g.range(op.g.extent(x, -2)), 1);
  const ValueId columns = op.g.expand_dims(op.g.range(op.g.extent(x, -1)), 0);
  ValueId kept = op.g.binary(BinaryKind::kEqual, rows, rows);
  if (lower >= 0) {
    const ValueId least = op.g.add(columns, lower);
    kept = op.g.logical_and(kept, op.g.binary(BinaryKind::kLessEqual, rows, least));
  }
  if (upper >= 0) {
    const ValueId most = op.g.add(rows, upper);
    kept = op.g.logical_and(kept, op.g.binary(BinaryKind::kLessEqual, columns, most));
  }
  op.output(op.g.select(kept, x, op.g.number(0, op.g.dtype(x))));
}

// The last dimension of each summed over.
void read_inner(Operation& op) {
  const auto [a, b] = op.operands();
  if (!op.ok()) return;
  if (op.g.rank(a) == 0 || op.g.rank(b) == 0) return op.output(op.g.mul(a, b));
  contract(op, a, {op.g.rank(a) - 1}, b, {op.g.rank(b) - 1});
}

void read_tensordot(Operation& op) {
  const auto [a, b] = op.operands();
  if (!op.ok()) return;
  const Json axes = unwrapped(op.plain(2, "axes"));
  Compose::Axes of_a, of_b;
  if (axes.is_array() && axes.size() == 2) {
    const auto add = [&](Json list, ValueId x, Compose::Axes& to) {
      if (const auto one = list.if_integer()) to.push_back(op.axis(*one, x));
      for (const Json axis : list) to.push_back(op.axis(axis.if_integer().value_or(INT32_MAX), x));
    };
    add(axes.at(0), a, of_a);
    add(axes.at(1), b, of_b);
  } else {
    const std::int64_t count = op.integer(2, "axes", 2);
    if (count < 0 || count > op.g.rank(a) || count > op.g.rank(b))
      return op.fail("axes: out of range");
    for (int i = 0; i < static_cast<int>(count); ++i) {
      of_a.push_back(op.g.rank(a) - static_cast<int>(count) + i);
      of_b.push_back(i);
    }
  }
  if (op.ok() && of_a.size() == of_b.size()) return contract(op, a, of_a, b, of_b);
  op.fail("axes: as many of each operand are required");
}

void read_outer(Operation& op) {
  const auto [a, b] = op.operands();
  op.output(op.g.mul(op.g.reshape(a, {-1, 1}), op.g.reshape(b, {1, -1})));
}

void read_vdot(Operation& op) {
  const auto [a, b] = op.operands();
  op.output(op.g.sum(op.g.mul(op.g.reshape(a, {-1}), op.g.reshape(b, {-1})), {0}));
}

// Of three components along the last axis.
void read_cross(Operation& op) {
  const auto [a, b] = op.operands();
  for (const char* axis : {"axisa", "axisb", "axisc", "axis"}) {
    if (op.integer(Operation::kNamed, axis, -1) != -1)
      return op.unsupported("axes other than the last are not supported");
  }
  if (!op.ok() || op.layer().extent(a, op.g.rank(a) - 1) != 3 ||
      op.layer().extent(b, op.g.rank(b) - 1) != 3)
    return op.unsupported("vectors of three components are supported");
  const auto turned = [&](ValueId v, std::int64_t by) {
    return op.g.concat({op.g.slice(v, -1, by, INT64_MAX), op.g.slice(v, -1, 0, by)}, -1);
  };
  op.output(op.g.sub(op.g.mul(turned(a, 1), turned(b, 2)), op.g.mul(turned(a, 2), turned(b, 1))));
}

constexpr OperationRule kRules[] = {
    {"matmul", read_matmul},       {"dot", read_dot},        {"einsum", read_einsum},
    {"tril", read_triangle},       {"triu", read_triangle},  {"inner", read_inner},
    {"tensordot", read_tensordot}, {"outer", read_outer},    {"vdot", read_vdot},
    {"cross", read_cross},         {"band_part", read_band},
};

}  // namespace

std::span<const OperationRule> matrix_operations() { return kRules; }

}  // namespace tare
