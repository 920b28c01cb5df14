// TensorScatterUpdate: definition, kernel, reader. Of two updates of one place the later stays.
#include "ops/tensor_scatter_update.h"

#include <cstring>

#include "ir/facets.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void infer(const TensorScatterUpdate&, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& at = c.shape(1);
  const Shape& updates = c.shape(2);
  if (!c.require(is_numeric(c.dtype(0)) && c.dtype(2) == c.dtype(0),
                 "tensor and updates must be numbers of one type"))
    return;
  if (!c.require(is_integer(c.dtype(1)), "indices must be integers")) return;
  if (at.known() && updates.known() && x.ranked()) {
    if (!c.require(at.rank() >= 1 && at.back() <= x.rank(), "index tuples deeper than the tensor"))
      return;
    Shape expected;
    for (int d = 0; d + 1 < at.rank(); ++d) expected.push_back(at[d]);
    const auto depth = static_cast<int>(at.back());
    if (!c.require(expected.rank() + x.rank() - depth <= kMaxRank,
                   "updates of more than 8 dimensions"))
      return;
    for (int d = depth; d < x.rank(); ++d) expected.push_back(x[d]);
    if (!c.require(compatible(expected, updates),
                   "updates " + updates.text() + ", expected " + expected.text()))
      return;
  }
  c.output(0, c.dtype(0), x);
}

void eval(const TensorScatterUpdate&, EvalContext& c) {
  const Tensor& x = c.input(0);
  const Tensor& at = c.input(1);
  Tensor& out = c.output(0);
  if (x.size > 0) std::memcpy(out.data, x.data, x.size);
  const std::int64_t depth = at.shape.back();
  const std::int64_t tuples = depth == 0 ? 1 : at.elements() / depth;
  std::size_t slice = dtype_size(x.dtype);
  for (int d = static_cast<int>(depth); d < x.shape.rank(); ++d)
    slice *= static_cast<std::size_t>(x.shape[d]);
  for (std::int64_t t = 0; t < tuples && slice > 0; ++t) {
    std::int64_t start = 0;
    for (int k = 0; k < static_cast<int>(depth); ++k) {
      const std::int64_t i = integer_at(at, t * depth + k);
      if (!c.require(i >= 0 && i < x.shape[k], "index " + std::to_string(i) +
                                                   " is outside an extent of " +
                                                   std::to_string(x.shape[k])))
        return;
      start = start * x.shape[k] + i;
    }
    std::memcpy(out.data + static_cast<std::size_t>(start) * slice,
                c.input(2).data + static_cast<std::size_t>(t) * slice, slice);
  }
}

void read_tf(TfNode& n) {
  if (n.expect(3)) n.become(TensorScatterUpdate{});
}

}  // namespace

const OpDef TensorScatterUpdate::kOp =
    define_op<TensorScatterUpdate, infer, no_cost>("tensor_scatter_update");
extern const EvalFacet eval_tensor_scatter_update = eval_facet<TensorScatterUpdate, eval>();
extern const ReadTfFacet read_tf_tensor_scatter_update{"TensorScatterUpdate", read_tf};

}  // namespace tare
