// Determinants, inverses, factors and systems of equations.
#include "formats/keras/layers/operations/operation.h"
#include "ops/matrix_algebra/matrix_algebra.h"

namespace tare {
namespace {

using Kind = MatrixAlgebra::Kind;

ValueId matrices(Operation& op) { return op.real(op.tensor(0, "x|a|input|matrix")); }

template <Kind kKind>
void read_matrix(Operation& op) {
  const ValueId x = matrices(op);
  MatrixAlgebra algebra{.kind = kKind};
  if (kKind == Kind::kInverse) algebra.adjoint = op.flag("adjoint", false);
  if (!op.ok()) return;
  const ValueId y = op.layer().emit(algebra, {x});
  const bool upper = kKind == Kind::kCholesky && op.flag("upper", false);
  op.output(upper ? op.g.move_axis(y, -1, -2) : y);
}

// Of what is not positive definite the logarithm alone is NaN: it is taken of Cholesky's factor.
template <bool kBoth>
void read_log_determinant(Operation& op) {
  ValueId x = matrices(op);
  if (!op.ok()) return;
  if (!kBoth) x = op.layer().emit(MatrixAlgebra{.kind = Kind::kCholesky}, {x});
  const auto parts =
      op.layer().builder().emit_n(MatrixAlgebra{.kind = Kind::kLogDeterminant}, {x}, 2);
  if (!op.ok()) return;
  if (!kBoth) return op.output(op.g.mul(parts[1], 2.0));
  op.output(parts[0]);
  op.output(parts[1]);
}

// A side of one dimension less is a vector for each matrix.
template <Kind kKind>
void read_solve(Operation& op) {
  const ValueId a = matrices(op);
  ValueId b = op.tensor(1, "b|rhs", op.g.dtype(a));
  const bool keras = op.layer().object().is_operation;
  MatrixAlgebra algebra{.kind = kKind};
  algebra.adjoint = op.flag("adjoint", false);
  if (kKind == Kind::kTriangularSolve) algebra.lower = op.flag("lower", !keras);
  if (!op.ok()) return;
  b = op.g.cast(b, op.g.dtype(a));
  const bool vector = op.g.rank(b) == op.g.rank(a) - 1;
  const ValueId y = op.layer().emit(algebra, {a, vector ? op.g.expand_dims(b, -1) : b});
  op.output(vector ? op.g.squeeze(y, -1) : y);
}

void read_qr(Operation& op) {
  const ValueId x = matrices(op);
  const bool full = op.flag("full_matrices", false) || op.text("mode", "reduced") == "complete";
  if (!op.ok()) return;
  for (const ValueId y :
       op.layer().builder().emit_n(MatrixAlgebra{.kind = Kind::kQr, .full = full}, {x}, 2))
    op.output(y);
}

// Which way singular vectors point is nothing that a model may depend on, and differs from library
// to library.
void read_singular_values(Operation& op) {
  const ValueId x = matrices(op);
  if (op.flag("compute_uv", true))
    return op.unsupported("singular vectors are not supported; compute_uv=False is");
  if (op.ok()) op.output(op.layer().emit(MatrixAlgebra{.kind = Kind::kSingularValues}, {x}));
}

constexpr OperationRule kRules[] = {
    {"svd", read_singular_values},
    {"det", read_matrix<Kind::kDeterminant>},
    {"inv", read_matrix<Kind::kInverse>},
    {"cholesky", read_matrix<Kind::kCholesky>},
    {"logdet", read_log_determinant<false>},
    {"slogdet", read_log_determinant<true>},
    {"solve", read_solve<Kind::kSolve>},
    {"solve_triangular", read_solve<Kind::kTriangularSolve>},
    {"triangular_solve", read_solve<Kind::kTriangularSolve>},
    {"qr", read_qr},
};

}  // namespace

std::span<const OperationRule> linear_algebra_operations() { return kRules; }

}  // namespace tare
