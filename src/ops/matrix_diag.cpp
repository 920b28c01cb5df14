// MATRIX_DIAG, MATRIX_SET_DIAG.
#include "ops/matrix_diag.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer_diag(const MatrixDiag&, InferContext& c) {
  Shape out = c.shape(0);
  if (!out.ranked()) return c.output(0, c.dtype(0), out);
  if (!c.require(out.rank() >= 1 && out.rank() < kMaxRank,
                 "input: expected 1 to 7 dimensions, got " + out.text()))
    return;
  out.push_back(out.back());
  c.output(0, c.dtype(0), out);
}

void eval_diag(const MatrixDiag&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const std::int64_t n = in.shape.back();
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t row = i / n;  // over all matrices: of the diagonals too
    return row % n == i % n ? Source{&in, row} : Source{nullptr, 0};
  });
}

void infer_set_diag(const MatrixSetDiag&, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& diagonal = c.shape(1);
  if (!c.require(c.dtype(0) == c.dtype(1), "matrices and diagonals of different types")) return;
  if (!c.require(!in.ranked() || in.rank() >= 2,
                 "input: expected 2 dimensions at least, got " + in.text()))
    return;
  if (in.ranked() && diagonal.ranked()) {
    Shape wanted = in;
    const Dim m = in[in.rank() - 2], n = in[in.rank() - 1];
    wanted.erase(in.rank() - 1);
    wanted[in.rank() - 2] = is_known(m) && is_known(n) ? std::min(m, n) : kUnknownDim;
    if (!c.require(compatible(wanted, diagonal),
                   "diagonals: expected " + wanted.text() + ", got " + diagonal.text()))
      return;
  }
  c.output(0, c.dtype(0), in);
}

void eval_set_diag(const MatrixSetDiag&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& diagonal = c.input(1);
  const std::int64_t m = in.shape[in.shape.rank() - 2], n = in.shape.back(),
                     length = std::min(m, n);
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t row = i / n % m, column = i % n;
    return row == column ? Source{&diagonal, i / (m * n) * length + row} : Source{&in, i};
  });
}

void read_diag(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(MatrixDiag{});
}
void write_diag(const MatrixDiag&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_MATRIX_DIAG, tflite::CreateMatrixDiagOptions(w.fbb()));
}
void read_set_diag(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(MatrixSetDiag{});
}
void write_set_diag(const MatrixSetDiag&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_MATRIX_SET_DIAG, tflite::CreateMatrixSetDiagOptions(w.fbb()));
}

}  // namespace

const OpDef MatrixDiag::kOp = define_op<MatrixDiag, infer_diag, no_cost>("matrix_diag");
extern const EvalFacet eval_matrix_diag = eval_facet<MatrixDiag, eval_diag>();
extern const ReadTfliteFacet read_tflite_matrix_diag{tflite::BuiltinOperator_MATRIX_DIAG,
                                                     read_diag};
extern const WriteTfliteFacet write_tflite_matrix_diag =
    write_tflite_facet<MatrixDiag, write_diag>();

const OpDef MatrixSetDiag::kOp =
    define_op<MatrixSetDiag, infer_set_diag, no_cost>("matrix_set_diag");
extern const EvalFacet eval_matrix_set_diag = eval_facet<MatrixSetDiag, eval_set_diag>();
extern const ReadTfliteFacet read_tflite_matrix_set_diag{tflite::BuiltinOperator_MATRIX_SET_DIAG,
                                                         read_set_diag};
extern const WriteTfliteFacet write_tflite_matrix_set_diag =
    write_tflite_facet<MatrixSetDiag, write_set_diag>();

}  // namespace tare
