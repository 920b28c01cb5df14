// Sparse tensors (indices [n, rank], values [n], the dense shape) by way of dense ones, or as
// sorted lists of places in the flat tensor.
#include <array>
#include <limits>

#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/cumulate.h"
#include "ops/fill.h"
#include "ops/gather_nd.h"
#include "ops/reduce.h"
#include "ops/scatter_nd.h"
#include "ops/segment_reduce.h"
#include "ops/softmax.h"
#include "ops/tensor_scatter_update.h"
#include "ops/unique.h"
#include "ops/where.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

struct Sparse {
  ValueId indices, values, shape;
};

// These inputs as a sparse tensor; false (and a failure recorded) when they are none.
bool read_sparse(TfNode& n, std::array<int, 3> inputs, Sparse& s) {
  s = {n.input(inputs[0]), n.input(inputs[1]), n.input(inputs[2])};
  GraphBuilder& b = n.builder();
  return n.ok() &&
         n.require(b.shape(s.indices).rank() == 2 && b.shape(s.values).rank() == 1 &&
                       b.shape(s.shape).rank() == 1 && b.type(s.indices).dtype == DType::kInt64 &&
                       b.type(s.shape).dtype == DType::kInt64,
                   "expected indices [n, rank], values [n] and a shape [rank] in int64");
}

ValueId filled(TfNode& n, ValueId shape, double value, DType type) {
  return n.emit(Fill{}, {shape, n.builder().scalar(type, value)});
}

// The dense tensor with another number than 0 where nothing is.
ValueId dense_of(TfNode& n, const Sparse& s, double nothing) {
  const ValueId ground = filled(n, s.shape, nothing, n.builder().type(s.values).dtype);
  return n.emit(TensorScatterUpdate{}, {ground, s.indices, s.values});
}

template <bool max>
void reduce(TfNode& n) {
  Sparse s;
  if (!n.expect(4) || !read_sparse(n, {0, 1, 2}, s)) return;
  Compose g(n.builder());
  const bool keep = n.flag("keep_dims", false);
  const auto reduced = [&](ReduceKind kind, ValueId x) {
    return n.emit(Reduce{.kind = kind, .keep_dims = keep}, {x, n.input(3)});
  };
  const DType type = g.dtype(s.values);
  if (!max)
    return n.output(0,
                    reduced(ReduceKind::kSum, n.emit(ScatterNd{}, {s.indices, s.values, s.shape})));
  if (!n.require(is_float(type) || type == DType::kInt32, "expected floats or int32")) return;
  const double lowest =
      is_float(type) ? -std::numeric_limits<double>::infinity() : static_cast<double>(INT32_MIN);
  const Extent rows = g.extent(s.values, 0);
  const ValueId ones = g.fill(std::span(&rows, 1), n.builder().scalar_i32(1));
  const ValueId count = reduced(ReduceKind::kSum, n.emit(ScatterNd{}, {s.indices, ones, s.shape}));
  n.output(0, g.select(g.binary(BinaryKind::kGreater, count, 0.0),
                       reduced(ReduceKind::kMax, dense_of(n, s, lowest)), g.number(0, type)));
}

// How far apart neighbours of each dimension stand in the flat tensor.
ValueId steps_of(TfNode& n, ValueId shape) {
  return n.emit(Cumulate{.product = true, .exclusive = true, .reverse = true},
                {shape, n.builder().scalar_i32(0)});
}

ValueId flat_places(TfNode& n, const Sparse& s) {
  Compose g(n.builder());
  return g.sum(g.mul(s.indices, steps_of(n, s.shape)), {1});
}

Sparse ordered(TfNode& n, const Sparse& s) {
  Compose g(n.builder());
  const Extent count = g.extent(s.values, 0);
  const ValueId order =
      g.top_k(g.neg(flat_places(n, s)), g.squeeze(g.shape_vector(std::span(&count, 1)), 0)).indices;
  return {g.gather(s.indices, order, 0), g.gather(s.values, order, 0), s.shape};
}

Sparse kept(TfNode& n, const Sparse& s, ValueId condition) {
  Compose g(n.builder());
  const ValueId places = g.squeeze(n.emit(Where{}, {condition}), 1);
  return {g.gather(s.indices, places, 0), g.gather(s.values, places, 0), s.shape};
}

void give(TfNode& n, const Sparse& s) {
  n.outputs(std::vector<ValueId>{s.indices, s.values, s.shape});
}

void reorder(TfNode& n) {
  Sparse s;
  if (!n.expect(3) || !read_sparse(n, {0, 1, 2}, s)) return;
  const Sparse sorted = ordered(n, s);
  n.output(0, sorted.indices);
  n.output(1, sorted.values);
}

void slice(TfNode& n) {
  Sparse s;
  if (!n.expect(5) || !read_sparse(n, {0, 1, 2}, s)) return;
  Compose g(n.builder());
  const ValueId start = n.input(3), size = n.input(4);
  const ValueId within = g.logical_and(g.binary(BinaryKind::kGreaterEqual, s.indices, start),
                                       g.binary(BinaryKind::kLess, s.indices, g.add(start, size)));
  Sparse part = kept(n, s, g.all(within, {1}));
  part.indices = g.sub(part.indices, start);
  part.shape = g.maximum(g.minimum(size, g.sub(s.shape, start)), 0.0);
  give(n, part);
}

// 1 for this axis, 0 for the others. The rank may be known only when the model runs.
ValueId only_axis(TfNode& n, ValueId shape, std::int64_t axis) {
  Compose g(n.builder());
  const Dim rank = g.shape(shape)[0];
  if (!n.require(axis >= -kMaxRank && axis < kMaxRank &&
                     (!is_known(rank) || (axis >= -rank && axis < rank)),
                 "concat_dim: there is no axis " + std::to_string(axis)))
    return shape;
  const ValueId axes = g.range(g.extent(shape, 0));
  const ValueId own = g.slice(axes, 0, axis, axis == -1 ? INT64_MAX : axis + 1);
  return g.cast(g.binary(BinaryKind::kEqual, axes, own), DType::kInt64);
}

void concatenate(TfNode& n) {
  if (!n.expect(3, INT32_MAX) || !n.require(n.inputs() % 3 == 0, "expected sparse tensors")) return;
  Compose g(n.builder());
  const int count = n.inputs() / 3;
  std::vector<ValueId> indices, values;
  Sparse s;
  ValueId along = ValueId::kNone, before = ValueId::kNone;
  for (int i = 0; i < count; ++i) {
    if (!read_sparse(n, {i, count + i, 2 * count + i}, s)) return;
    if (i == 0) along = only_axis(n, s.shape, n.integer("concat_dim"));
    indices.push_back(i == 0 ? s.indices : g.add(s.indices, before));
    values.push_back(s.values);
    const ValueId own = g.mul(s.shape, along);
    before = i == 0 ? own : g.add(before, own);
  }
  // Of the last shape, all but the axis, which is that of all.
  const ValueId shape = g.add(before, g.mul(s.shape, g.sub(1.0, along)));
  if (n.ok()) give(n, ordered(n, {g.concat(indices, 0), g.concat(values, 0), shape}));
}

void add_to_dense(TfNode& n) {
  if (n.expect(4))
    n.output(0,
             n.emit(TensorScatterUpdate{ScatterKind::kAdd}, {n.input(3), n.input(0), n.input(1)}));
}

// Places that both name become one, and go when their sum is nearer to zero than the threshold.
void add(TfNode& n) {
  Sparse a, b;
  if (!n.expect(7) || !read_sparse(n, {0, 1, 2}, a) || !read_sparse(n, {3, 4, 5}, b)) return;
  Compose g(n.builder());
  const Sparse all =
      ordered(n, {g.concat({a.indices, b.indices}, 0), g.concat({a.values, b.values}, 0), a.shape});
  const auto unique = n.builder().emit_n(Unique{}, {flat_places(n, all)}, 2);
  if (!n.ok()) return;
  const Extent rows = g.extent(unique[0], 0);
  const ValueId count = g.squeeze(g.shape_vector(std::span(&rows, 1)), 0);
  const auto summed = [&](ValueId rows) {
    return n.emit(SegmentReduce{}, {rows, unique[1], count});
  };
  const ValueId sums = summed(all.values);
  const Extent both = g.extent(all.values, 0);
  const ValueId parts = summed(g.fill(std::span(&both, 1), n.builder().scalar_i32(1)));
  const ValueId places = g.expand_dims(unique[0], 1);
  const ValueId indices =
      g.binary(BinaryKind::kFloorMod, g.binary(BinaryKind::kFloorDiv, places, steps_of(n, a.shape)),
               a.shape);
  const ValueId far =
      g.logical_or(g.binary(BinaryKind::kLess, parts, 2.0),
                   g.binary(BinaryKind::kGreaterEqual, g.unary(UnaryKind::kAbs, sums), n.input(6)));
  give(n, kept(n, {indices, sums, a.shape}, far));
}

void softmax(TfNode& n) {
  Sparse s;
  if (!n.expect(3) || !read_sparse(n, {0, 1, 2}, s)) return;
  Compose g(n.builder());
  const ValueId dense = dense_of(n, s, -std::numeric_limits<double>::infinity());
  n.output(0, n.emit(GatherNd{}, {n.emit(Softmax{}, {dense}), s.indices}));
}

}  // namespace

extern const ReadTfFacet read_tf_sparse_add{"SparseAdd", add};
extern const ReadTfFacet read_tf_sparse_concat{"SparseConcat", concatenate};
extern const ReadTfFacet read_tf_sparse_reduce_max{"SparseReduceMax", reduce<true>};
extern const ReadTfFacet read_tf_sparse_reduce_sum{"SparseReduceSum", reduce<false>};
extern const ReadTfFacet read_tf_sparse_reorder{"SparseReorder", reorder};
extern const ReadTfFacet read_tf_sparse_slice{"SparseSlice", slice};
extern const ReadTfFacet read_tf_sparse_softmax{"SparseSoftmax", softmax};
extern const ReadTfFacet read_tf_sparse_tensor_dense_add{"SparseTensorDenseAdd", add_to_dense};

}  // namespace tare
