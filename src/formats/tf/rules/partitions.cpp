// Ops that part rows into groups or put groups together, and small ones by other names.
#include "ir/facets.h"
#include "ops/batch_to_space_nd.h"
#include "ops/bitcast.h"
#include "ops/bucketize.h"
#include "ops/compose.h"
#include "ops/fill.h"
#include "ops/reverse_sequence.h"
#include "ops/scatter_nd.h"
#include "ops/segment_reduce.h"
#include "ops/shape_of.h"
#include "ops/space_to_batch_nd.h"
#include "ops/tensor_scatter_update.h"
#include "ops/where.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Kind = SegmentReduce::Kind;

// Segments that have no row are 0 whatever is asked of the others.
template <Kind kind, bool mean>
void segment(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const DType type = n.type(0).dtype;
  const ValueId ids = n.input(1);
  const ValueId ones = n.emit(Fill{}, {n.emit(ShapeOf{}, {ids}), g.number(1, type)});
  const SegmentReduce sum{.kind = Kind::kSum, .sorted = true};
  ValueId result = n.emit(SegmentReduce{.kind = kind, .sorted = true}, {n.input(0), ids});
  if (kind == Kind::kSum && !mean) return n.output(0, result);
  std::vector<Extent> shape{Extent(-1)};
  for (int i = 1; i < n.type(0).shape.rank(); ++i) shape.emplace_back(1);
  const ValueId counts = g.reshape(n.emit(sum, {ones, ids}), shape);
  if (mean) {
    const ValueId some = g.maximum(counts, 1.0);
    result =
        is_integer(type) ? g.binary(BinaryKind::kTruncateDiv, result, some) : g.div(result, some);
  } else {
    const ValueId there = g.binary(BinaryKind::kGreater, counts, 0.0);
    result = g.select(there, result, g.number(kind == Kind::kProd ? 1 : 0, type));
  }
  n.output(0, result);
}

void dynamic_partition(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const std::int64_t count = n.integer("num_partitions");
  if (!n.require(count >= 1 && count <= 10'000, "num_partitions: expected a positive number"))
    return;
  const int rank = g.rank(n.input(1)), own = g.rank(n.input(0));
  if (!n.require(rank >= 1 && own >= rank, "partitions: expected as many leading dimensions"))
    return;
  std::vector<Extent> rows{Extent(-1)};
  for (int d = rank; d < own; ++d) rows.push_back(g.extent(n.input(0), d));
  const ValueId data = rank == 1 ? n.input(0) : g.reshape(n.input(0), rows);
  const ValueId parts = rank == 1 ? n.input(1) : g.reshape(n.input(1), {Extent(-1)});
  for (std::int64_t i = 0; i < count && n.ok(); ++i) {
    const ValueId hit = g.binary(BinaryKind::kEqual, parts, static_cast<double>(i));
    const ValueId places = g.squeeze(n.emit(Where{}, {hit}), 1);
    n.output(static_cast<std::size_t>(i), g.gather(data, places, 0));
  }
}

// Rows for places, some of which may be of several dimensions: [how many, ...].
ValueId rows_of(TfNode& n, Compose& g, int part) {
  const Shape at = n.type(part).shape;
  const ValueId data = n.input(n.inputs() / 2 + part);
  if (!n.require(at.ranked() && g.rank(data) >= at.rank(), "data of fewer dimensions than indices"))
    return data;
  std::vector<Extent> rows{Extent(-1)};
  for (int d = at.rank(); d < g.rank(data); ++d) rows.push_back(g.extent(data, d));
  return at.rank() == 1 ? data : g.reshape(data, rows);
}

// Of two rows for one place the later stays.
void dynamic_stitch(TfNode& n) {
  if (!n.expect(2, INT32_MAX) || !n.require(n.inputs() % 2 == 0, "expected indices and data"))
    return;
  Compose g(n.builder());
  std::vector<std::int64_t> from;
  std::vector<ValueId> parts, places;
  bool known = true;
  std::int64_t row = 0;
  for (int i = 0; i < n.inputs() / 2 && n.ok(); ++i) {
    parts.push_back(rows_of(n, g, i));
    places.push_back(g.reshape(n.input(i), {Extent(-1)}));
    const auto at = n.integers_if_known(n.input(i));
    known = known && at.has_value();
    for (const std::int64_t p : known ? *at : std::vector<std::int64_t>()) {
      if (!n.require(p >= 0 && p < (1 << 20), "indices: out of range")) return;
      if (from.size() <= static_cast<std::size_t>(p)) from.resize(static_cast<std::size_t>(p) + 1);
      from[static_cast<std::size_t>(p)] = row++;
    }
  }
  if (!n.ok()) return;
  const ValueId all = parts.size() == 1 ? parts[0] : g.concat(parts, 0);
  if (known) return n.output(0, g.gather(all, g.integers(from), 0));
  const ValueId at = places.size() == 1 ? places[0] : g.concat(places, 0);
  const ValueId count = g.add(g.maximum(g.max(at, {0}, true), -1.0), 1.0);
  std::vector<ValueId> shape{count};
  for (int d = 1; d < g.rank(all); ++d) {
    const Extent e = g.extent(all, d);
    shape.push_back(g.shape_vector(std::span(&e, 1)));
  }
  const ValueId wanted = shape.size() == 1 ? count : g.concat(shape, 0);
  const ValueId nothing = n.emit(Fill{}, {wanted, g.number(0, g.dtype(all))});
  n.output(0, n.emit(TensorScatterUpdate{}, {nothing, g.expand_dims(at, 1), all}));
}

void bitcast(TfNode& n) {
  if (n.expect(1)) n.become(Bitcast{n.dtype("type")});
}

void bucketize(TfNode& n) {
  if (!n.expect(1)) return;
  n.become(Bucketize{n.numbers("boundaries")});
}

void reverse_sequence(TfNode& n) {
  if (n.expect(2))
    n.become(
        ReverseSequence{.seq_axis = n.integer("seq_dim"), .batch_axis = n.integer("batch_dim", 0)});
}

void invert_permutation(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.rank(x) == 1, "expected a vector")) return;
  const ValueId places = g.cast(g.range(g.extent(x, 0)), g.dtype(x));
  n.output(0, n.emit(ScatterNd{}, {g.expand_dims(x, 1), places, n.emit(ShapeOf{}, {x})}));
}

// Version 1: one block size for height and width.
template <class Op>
void block_op(TfNode& n) {
  if (!n.expect(2)) return;
  const std::int64_t size = n.integer("block_size");
  if (!n.require(size >= 1 && size <= INT32_MAX, "block_size: expected a positive number")) return;
  const std::vector<std::int64_t> block{size, size};
  n.output(0, n.emit(Op{}, {n.input(0), n.builder().vector_i32(block), n.input(1)}));
}

}  // namespace

extern const ReadTfFacet read_tf_batch_to_space{"BatchToSpace", block_op<BatchToSpaceNd>};
extern const ReadTfFacet read_tf_bitcast{"Bitcast", bitcast};
extern const ReadTfFacet read_tf_bucketize{"Bucketize", bucketize};
extern const ReadTfFacet read_tf_dynamic_partition{"DynamicPartition", dynamic_partition};
extern const ReadTfFacet read_tf_dynamic_stitch{"DynamicStitch", dynamic_stitch};
extern const ReadTfFacet read_tf_invert_permutation{"InvertPermutation", invert_permutation};
extern const ReadTfFacet read_tf_parallel_dynamic_stitch{"ParallelDynamicStitch", dynamic_stitch};
extern const ReadTfFacet read_tf_reverse_sequence{"ReverseSequence", reverse_sequence};
extern const ReadTfFacet read_tf_segment_max{"SegmentMax", segment<Kind::kMax, false>};
extern const ReadTfFacet read_tf_segment_mean{"SegmentMean", segment<Kind::kSum, true>};
extern const ReadTfFacet read_tf_segment_min{"SegmentMin", segment<Kind::kMin, false>};
extern const ReadTfFacet read_tf_segment_prod{"SegmentProd", segment<Kind::kProd, false>};
extern const ReadTfFacet read_tf_segment_sum{"SegmentSum", segment<Kind::kSum, false>};
extern const ReadTfFacet read_tf_space_to_batch{"SpaceToBatch", block_op<SpaceToBatchNd>};

}  // namespace tare
