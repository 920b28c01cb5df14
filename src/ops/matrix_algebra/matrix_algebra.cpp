// Definition, walk over the matrices, readers.
#include "ops/matrix_algebra/matrix_algebra.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/scratch_parts.h"
#include "ops/matrix_algebra/factors.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Kind = MatrixAlgebra::Kind;

std::string_view variant(const MatrixAlgebra& op) {
  constexpr std::string_view kNames[] = {"matrix_determinant",
                                         "log_matrix_determinant",
                                         "matrix_inverse",
                                         "cholesky",
                                         "matrix_solve",
                                         "matrix_triangular_solve",
                                         "qr",
                                         "singular_values"};
  return kNames[static_cast<std::size_t>(op.kind)];
}

bool solves(const MatrixAlgebra& op) {
  return op.kind == Kind::kSolve || op.kind == Kind::kTriangularSolve;
}

void infer(const MatrixAlgebra& op, InferContext& c) {
  const DType type = c.dtype(0);
  const Shape& a = c.shape(0);
  if (!c.require(type == DType::kFloat32 || type == DType::kFloat64,
                 "no kernel for " + std::string(dtype_name(type))))
    return;
  if (!c.require(!solves(op) || c.dtype(1) == type, "sides of different types")) return;
  if (!a.ranked()) {
    for (int i = 0; i < c.outputs(); ++i) c.output(i, type, Shape::unknown());
    return;
  }
  const int rank = a.rank();
  if (!c.require(rank >= 2, "expected matrices, got " + a.text())) return;
  const Dim m = a[rank - 2], n = a[rank - 1];
  const bool any_form = op.kind == Kind::kQr || op.kind == Kind::kSingularValues;
  if (!c.require(any_form || !is_known(m) || !is_known(n) || m == n,
                 "expected square matrices, got " + a.text()))
    return;
  const Dim fewer = is_known(m) && is_known(n) ? std::min(m, n) : kUnknownDim;
  Shape batch = a;
  batch.erase(rank - 1);
  batch.erase(rank - 2);
  if (op.kind == Kind::kDeterminant || op.kind == Kind::kLogDeterminant) {
    for (int i = 0; i < c.outputs(); ++i) c.output(i, type, batch);
  } else if (op.kind == Kind::kSingularValues) {
    batch.push_back(fewer);
    c.output(0, type, batch);
  } else if (op.kind == Kind::kQr) {
    const Dim p = op.full ? m : fewer;
    Shape q = a, r = a;
    q[rank - 1] = p;
    r[rank - 2] = p;
    c.output(0, type, q);
    if (c.outputs() > 1) c.output(1, type, r);
  } else if (solves(op)) {
    const Shape& b = c.shape(1);
    Shape wanted = a;
    wanted[rank - 1] = kUnknownDim;
    if (!c.require(!b.ranked() || compatible(wanted, b),
                   "right-hand sides: expected " + wanted.text() + ", got " + b.text()))
      return;
    if (b.ranked()) wanted[rank - 1] = b[rank - 1];
    c.output(0, type, wanted);
  } else {
    c.output(0, type, a);
  }
}

Cost cost(const MatrixAlgebra& op, const NodeTypes& t) {
  const Shape& a = t.inputs[0].shape;
  const auto elements = a.checked_elements();
  // Singular values take some ten sweeps over the shorter side.
  const bool sweeps = op.kind == Kind::kSingularValues;
  const Dim side = a.rank() < 2 ? 0 : sweeps ? std::min(a[a.rank() - 2], a.back()) * 32 : a.back();
  const auto macs = elements ? checked_mul<std::int64_t>(*elements, side) : std::nullopt;
  return {.macs = macs.value_or(INT64_MAX / 4), .flops = macs.value_or(INT64_MAX / 8) * 2};
}

// Takes matrix after matrix through one block of scratch memory: the matrix, what goes with it
// (right-hand sides, inverse or q) and a row.
class Walk {
 public:
  Walk(const MatrixAlgebra& op, EvalContext& c)
      : op_(op),
        c_(c),
        load_(load_double(c.input(0).dtype)),
        store_(store_double(c.input(0).dtype)),
        a_{nullptr, extent(0, 2), extent(0, 1)},
        b_{nullptr, a_.rows, a_.columns} {
    if (solves(op))
      b_.columns = extent(1, 1);
    else if (op.kind == Kind::kQr)
      b_.columns = op.full ? a_.rows : std::min(a_.rows, a_.columns);
    else if (op.kind != Kind::kInverse)
      b_.columns = 0;
  }

  bool reserve() {
    ScratchParts parts;
    const auto a = parts.add<double>(elements(a_)), b = parts.add<double>(elements(b_)),
               row = parts.add<double>(static_cast<std::int64_t>(a_.rows));
    if (!parts.allocate(c_)) return false;
    a_.v = parts.at<double>(a);
    b_.v = parts.at<double>(b);
    row_ = parts.at<double>(row);
    return true;
  }

  // False: the matrix has no inverse.
  bool put(std::int64_t at) {
    load(0, at, a_);
    if (op_.adjoint) transpose();
    switch (op_.kind) {
      case Kind::kDeterminant:
      case Kind::kLogDeterminant:
        put_determinant(at);
        return true;
      case Kind::kCholesky:
        factor_cholesky(a_);
        store(0, at, a_.v, a_.size());
        return true;
      case Kind::kSingularValues:
        find_singular_values(a_, row_);
        store(0, at, row_, std::min(a_.rows, a_.columns));
        return true;
      case Kind::kQr:
        factor_qr(a_, b_, row_);
        store(0, at, b_.v, b_.size());
        store(1, at, a_.v, b_.columns * a_.columns);
        return true;
      default:
        return put_solution(at);
    }
  }

 private:
  std::size_t extent(int input, int from_end) const {
    const Shape& shape = c_.input(input).shape;
    return static_cast<std::size_t>(shape[shape.rank() - from_end]);
  }
  static std::int64_t elements(const Matrix& m) {
    return checked_mul<std::int64_t>(static_cast<std::int64_t>(m.rows),
                                     static_cast<std::int64_t>(m.columns))
        .value_or(-1);
  }

  void load(int input, std::int64_t at, const Matrix& m) const {
    const auto count = static_cast<std::int64_t>(m.size());
    for (std::int64_t i = 0; i < count; ++i) m.v[i] = load_(c_.input(input).data, at * count + i);
  }
  void store(int output, std::int64_t at, const double* v, std::size_t count) const {
    if (!c_.wants(output)) return;
    const auto n = static_cast<std::int64_t>(count);
    for (std::int64_t i = 0; i < n; ++i) store_(c_.output(output).data, at * n + i, v[i]);
  }
  void transpose() const {
    for (std::size_t r = 0; r < a_.rows; ++r) {
      for (std::size_t k = 0; k < r; ++k) std::swap(a_[r][k], a_[k][r]);
    }
  }

  void put_determinant(std::int64_t at) const {
    double sign = eliminate(a_, nullptr), product = sign, log = 0;
    for (std::size_t i = 0; i < a_.rows; ++i) {
      const double v = a_[i][i];
      product *= v;
      log += std::log(std::abs(v));
      sign = v == 0 ? 0 : v < 0 ? -sign : sign;
    }
    if (op_.kind == Kind::kDeterminant) return store(0, at, &product, 1);
    store(0, at, &sign, 1);
    store(1, at, &log, 1);
  }
  bool put_solution(std::int64_t at) const {
    if (op_.kind == Kind::kInverse)
      make_unit(b_);
    else
      load(1, at, b_);
    const bool sound = op_.kind == Kind::kTriangularSolve
                           ? substitute(a_, b_, op_.lower != op_.adjoint)
                           : solve(a_, b_);
    if (sound) store(0, at, b_.v, b_.size());
    return sound;
  }

  const MatrixAlgebra& op_;
  EvalContext& c_;
  LoadDouble load_;
  StoreDouble store_;
  Matrix a_, b_;
  double* row_ = nullptr;
};

void eval(const MatrixAlgebra& op, EvalContext& c) {
  Walk walk(op, c);
  if (!walk.reserve()) return;
  std::int64_t count = 1;
  const Shape& a = c.input(0).shape;
  for (int i = 0; i < a.rank() - 2; ++i) count *= a[i];
  for (std::int64_t i = 0; i < count; ++i) {
    if (!c.require(walk.put(i), "a matrix is not invertible")) return;
  }
}

template <Kind kind>
void read_tf(TfNode& n) {
  MatrixAlgebra op{.kind = kind};
  if (!n.expect(solves(op) ? 2 : 1)) return;
  if (solves(op) || kind == Kind::kInverse) op.adjoint = n.flag("adjoint", false);
  if (kind == Kind::kTriangularSolve) op.lower = n.flag("lower", true);
  if (kind == Kind::kQr) op.full = n.flag("full_matrices", false);
  if (kind != Kind::kQr && kind != Kind::kLogDeterminant) return n.become(op);
  n.outputs(n.builder().emit_n(op, n.all_inputs(), 2));
}

}  // namespace

const OpDef MatrixAlgebra::kOp =
    define_op_table<MatrixAlgebra, infer, variant, cost>("matrix_algebra");
extern const EvalFacet eval_matrix_algebra = eval_facet<MatrixAlgebra, eval>();
extern const ReadTfFacet read_tf_matrix_determinant{"MatrixDeterminant",
                                                    read_tf<Kind::kDeterminant>};
extern const ReadTfFacet read_tf_log_matrix_determinant{"LogMatrixDeterminant",
                                                        read_tf<Kind::kLogDeterminant>};
extern const ReadTfFacet read_tf_matrix_inverse{"MatrixInverse", read_tf<Kind::kInverse>};
extern const ReadTfFacet read_tf_cholesky{"Cholesky", read_tf<Kind::kCholesky>};
extern const ReadTfFacet read_tf_matrix_solve{"MatrixSolve", read_tf<Kind::kSolve>};
extern const ReadTfFacet read_tf_matrix_triangular_solve{"MatrixTriangularSolve",
                                                         read_tf<Kind::kTriangularSolve>};
extern const ReadTfFacet read_tf_qr{"Qr", read_tf<Kind::kQr>};
extern const ReadTfFacet read_tf_batch_cholesky{"BatchCholesky", read_tf<Kind::kCholesky>};
extern const ReadTfFacet read_tf_batch_matrix_determinant{"BatchMatrixDeterminant",
                                                          read_tf<Kind::kDeterminant>};
extern const ReadTfFacet read_tf_batch_matrix_inverse{"BatchMatrixInverse",
                                                      read_tf<Kind::kInverse>};
extern const ReadTfFacet read_tf_batch_matrix_solve{"BatchMatrixSolve", read_tf<Kind::kSolve>};
extern const ReadTfFacet read_tf_batch_matrix_triangular_solve{"BatchMatrixTriangularSolve",
                                                               read_tf<Kind::kTriangularSolve>};
}  // namespace tare
