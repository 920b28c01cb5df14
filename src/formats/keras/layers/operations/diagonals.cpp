// Diagonals taken out of matrices, and matrices that are zero but for a diagonal. The extents of a
// matrix may be unknown: the batch is one of them where an operation goes over the first axes.
#include "formats/keras/layers/operations/operation.h"
#include "ops/matrix_diag.h"
#include "ops/range.h"

namespace tare {
namespace {

constexpr std::int64_t kMost = 1 << 24;

std::int64_t offset_of(Operation& op, std::size_t position, std::string_view names) {
  const std::int64_t offset = op.integer(position, names, 0);
  if (offset < -kMost || offset > kMost) op.fail("the offset is out of range");
  return op.ok() ? offset : 0;
}

// Places in the rows of a matrix, one after the other.
ValueId diagonal_places(Operation& op, const Extent& rows, const Extent& columns,
                        std::int64_t offset) {
  const auto scalar = [&](const Extent& e) {
    return op.g.squeeze(op.g.shape_vector(std::vector<Extent>{e}), 0);
  };
  const double below = static_cast<double>(offset < 0 ? -offset : 0);
  const double beside = static_cast<double>(offset > 0 ? offset : 0);
  const ValueId width = scalar(columns);
  const ValueId count =
      op.g.maximum(op.g.minimum(op.g.sub(scalar(rows), below), op.g.sub(width, beside)), 0.0);
  const ValueId steps = op.layer().emit(
      RangeOp{}, {op.g.number(0, DType::kInt32), count, op.g.number(1, DType::kInt32)});
  return op.g.add(op.g.mul(op.g.add(steps, below), width), op.g.add(steps, beside));
}

// The diagonal of two axes, as the last dimension.
ValueId diagonal_of(Operation& op, ValueId x, std::int64_t offset, int a, int b) {
  if (!op.ok()) return x;
  if (a == b) op.fail("two axes are required");
  const ValueId moved = op.g.move_axis(op.g.move_axis(x, a, -1), b > a ? b - 1 : b, -1);
  if (!op.ok()) return x;
  const ValueId places =
      diagonal_places(op, op.g.extent(moved, -2), op.g.extent(moved, -1), offset);
  const int rank = op.g.rank(moved);
  const ValueId flat = op.join(moved, {rank - 2, rank - 1}).value;
  return op.g.gather(flat, places, rank - 2);
}

// TensorFlow's functions are of the last two axes.
ValueId named_diagonal(Operation& op) {
  const ValueId x = op.x();
  const bool keras = op.layer().object().is_operation;
  const std::int64_t offset = offset_of(op, 1, "offset|k");
  const int a = op.axis(op.integer(2, "axis1", keras ? 0 : -2), x),
            b = op.axis(op.integer(3, "axis2", keras ? 1 : -1), x);
  return diagonal_of(op, x, offset, a, b);
}

void read_diagonal(Operation& op) { op.output(named_diagonal(op)); }

void read_trace(Operation& op) {
  const ValueId diagonal = op.counted(named_diagonal(op));
  if (op.ok()) op.output(op.g.sum(diagonal, {-1}));
}

// Beside the main diagonal: rows and columns of zeros push it there.
ValueId matrix_of(Operation& op, ValueId diagonal, std::int64_t offset) {
  const ValueId square = op.layer().emit(MatrixDiag{}, {diagonal});
  if (!op.ok()) return square;
  std::vector<std::int64_t> before(static_cast<std::size_t>(op.g.rank(square))), after = before;
  const std::size_t row = before.size() - 2, column = before.size() - 1;
  if (offset > 0) before[column] = after[row] = offset;
  if (offset < 0) before[row] = after[column] = -offset;
  return op.g.pad(square, before, after);
}

void read_diag(Operation& op) {
  const ValueId x = op.x();
  const std::int64_t offset = offset_of(op, 1, "k");
  if (!op.ok()) return;
  if (op.layer().object().is_operation && op.g.rank(x) == 2)
    return op.output(diagonal_of(op, x, offset, 0, 1));
  if (op.integer(Operation::kNamed, "num_rows", -1) != -1 ||
      op.integer(Operation::kNamed, "num_cols", -1) != -1 ||
      op.number(Operation::kNamed, "padding_value", 0) != 0)
    return op.unsupported("num_rows, num_cols and padding_value are not supported; pad the result");
  if (op.g.rank(x) < 1) return op.fail("expected one dimension at least");
  op.output(matrix_of(op, x, offset));
}

void read_flat_diag(Operation& op) {
  const ValueId x = op.g.reshape(op.x(), {-1});
  op.output(matrix_of(op, x, offset_of(op, 1, "k")));
}

constexpr OperationRule kRules[] = {
    {"diagonal", read_diagonal}, {"diag_part", read_diagonal}, {"trace", read_trace},
    {"diag", read_diag},         {"diagflat", read_flat_diag},
};

}  // namespace

std::span<const OperationRule> diagonal_operations() { return kRules; }

}  // namespace tare
