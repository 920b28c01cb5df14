// Products of matrices. A constant right-hand side becomes [out, in] weights of a dense layer.
#include "formats/tf/rules/windows.h"
#include "ir/facets.h"
#include "ops/batch_matmul/batch_matmul.h"
#include "ops/scatter_nd.h"

namespace tare {
namespace {

ValueId product(TfNode& n, Compose& g, bool transpose_a, bool transpose_b) {
  ValueId a = n.input(0);
  for (int i = 0; i < 2; ++i) {
    const Shape& s = n.type(i).shape;
    if (!n.require(!s.ranked() || s.rank() == 2, "expected matrices, got " + s.text())) return a;
  }
  if (!n.require(n.type(0).dtype == n.type(1).dtype, "the two matrices are of different types"))
    return a;
  const bool weights = n.constant(1).has_value() && n.type(0).shape.rank() == 2;
  if (!weights || !is_float(n.type(0).dtype) || n.type(0).dtype == DType::kFloat64) {
    return n.emit(BatchMatMul{.adj_x = transpose_a, .adj_y = transpose_b}, {a, n.input(1)});
  }
  if (transpose_a) a = g.transpose(a, {1, 0});
  const ValueId b = transpose_b ? n.input(1) : permuted(n, n.input(1), {1, 0});
  return g.dense(a, b, ValueId::kNone);
}

void batch_mat_mul(TfNode& n) {
  if (!n.expect(2)) return;
  if (!n.require(n.type(0).dtype == n.type(1).dtype, "the two matrices are of different types"))
    return;
  n.become(BatchMatMul{.adj_x = n.flag("adj_x", false), .adj_y = n.flag("adj_y", false)});
}

void mat_mul(TfNode& n) {
  if (!n.expect(2, INT32_MAX)) return;
  Compose g(n.builder());
  const ValueId y = product(n, g, n.flag("transpose_a", false), n.flag("transpose_b", false));
  n.output(0, n.ok() ? apply_fused_ops(n, y, 2) : y);
}

void sparse_dense_mat_mul(TfNode& n) {
  if (!n.expect(4)) return;
  const ValueId a = n.emit(ScatterNd{}, {n.input(0), n.input(1), n.input(2)});
  n.output(0, n.emit(BatchMatMul{.adj_x = n.flag("adjoint_a", false),
                                 .adj_y = n.flag("adjoint_b", false)},
                     {a, n.input(3)}));
}

}  // namespace

extern const ReadTfFacet read_tf_batch_mat_mul{"BatchMatMul", batch_mat_mul};
extern const ReadTfFacet read_tf_batch_mat_mul_v2{"BatchMatMulV2", batch_mat_mul};
extern const ReadTfFacet read_tf_batch_mat_mul_v3{"BatchMatMulV3", batch_mat_mul};
extern const ReadTfFacet read_tf_fused_mat_mul{"_FusedMatMul", mat_mul};
extern const ReadTfFacet read_tf_mat_mul{"MatMul", mat_mul};
extern const ReadTfFacet read_tf_sparse_dense_mat_mul{"SparseTensorDenseMatMul",
                                                      sparse_dense_mat_mul};

}  // namespace tare
