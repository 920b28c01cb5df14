// Products of matrices. A constant right-hand side becomes [out, in] weights of a dense layer.
#include "formats/tf/rules/windows.h"
#include "ir/facets.h"

namespace tare {
namespace {

ValueId product(TfNode& n, Compose& g, bool transpose_a, bool transpose_b) {
  ValueId a = n.input(0);
  if (!n.require(n.type(0).shape.rank() == 2 || !n.type(0).shape.ranked(), "expected matrices, got " + n.type(0).shape.text())) return a;
  if (!n.require(n.type(0).dtype == n.type(1).dtype, "the two matrices are of different types")) return a;
  if (!n.require(is_float(n.type(0).dtype), "only float matrices are multiplied here")) return a;
  if (transpose_a) a = g.transpose(a, {1, 0});
  const ValueId b = transpose_b ? n.input(1) : permuted(n, n.input(1), {1, 0});
  return g.dense(a, b, ValueId::kNone);
}

void mat_mul(TfNode& n) {
  if (!n.expect(2, INT32_MAX)) return;
  Compose g(n.builder());
  const ValueId y = product(n, g, n.flag("transpose_a", false), n.flag("transpose_b", false));
  n.output(0, n.ok() ? apply_fused_ops(n, y, 2) : y);
}

}  // namespace

extern const ReadTfFacet read_tf_fused_mat_mul{"_FusedMatMul", mat_mul};
extern const ReadTfFacet read_tf_mat_mul{"MatMul", mat_mul};

}  // namespace tare
