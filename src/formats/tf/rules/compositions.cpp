// Ops that the IR has no op of its own for, made of others.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/fill.h"
#include "ops/gather.h"
#include "ops/range.h"
#include "ops/reduce.h"
#include "ops/segment_reduce.h"
#include "ops/select.h"
#include "ops/shape_of.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

ValueId reduced(TfNode& n, ReduceKind kind, ValueId x, int axis) {
  return n.emit(Reduce{.kind = kind}, {x, n.builder().scalar_i32(axis)});
}

// 0, 1, ... up to the extent of a dimension.
ValueId count_along(TfNode& n, Compose& g, ValueId x, int axis) {
  const Extent e = g.extent(x, axis);
  const ValueId limit = g.squeeze(g.shape_vector(std::span(&e, 1)), 0);
  return n.emit(RangeOp{}, {n.builder().scalar_i32(0), limit, n.builder().scalar_i32(1)});
}

void matrix_band_part(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.rank(x) >= 2, "expected matrices, got " + g.shape(x).text())) return;
  const ValueId rows = g.expand_dims(count_along(n, g, x, -2), 1);
  const ValueId columns = g.expand_dims(count_along(n, g, x, -1), 0);
  const auto within = [&](int bound, ValueId distance) {
    const ValueId limit = g.cast(n.input(bound), DType::kInt32);
    return g.logical_or(g.binary(BinaryKind::kLess, limit, 0.0),
                        g.binary(BinaryKind::kLessEqual, distance, limit));
  };
  const ValueId band =
      g.logical_and(within(1, g.sub(rows, columns)), within(2, g.sub(columns, rows)));
  n.output(0, n.emit(Select{.broadcast = true}, {band, x, g.number(0, g.dtype(x))}));
}

// How many of the sorted values lie below (or not above) each value.
template <BinaryKind below>
void bound(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  if (!n.require(g.rank(n.input(0)) == 2 && g.rank(n.input(1)) == 2, "expected two matrices"))
    return;
  const ValueId lies = g.binary(below, g.expand_dims(n.input(0), 1), g.expand_dims(n.input(1), 2));
  n.output(0, reduced(n, ReduceKind::kSum, g.cast(lies, n.dtype("out_type", DType::kInt32)), 2));
}

// Counts of 0 .. size - 1 along the last dimension; what lies beyond is not counted.
void bincount(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  ValueId x = n.input(0);
  const Shape weights = n.type(2).shape;
  const bool weighted = !(weights.known() && weights.elements() == 0);
  if (n.op() == "Bincount") x = g.reshape(x, {Extent(-1)});
  const int rank = g.rank(x);
  if (!n.require(rank == 1 || rank == 2, "expected 1 or 2 dimensions, got " + g.shape(x).text()))
    return;
  const auto size = n.integers_if_known(n.input(1));
  if (!n.require(!size || (size->size() == 1 && (*size)[0] >= 0),
                 "size: expected a number that is not negative"))
    return;
  GraphBuilder& b = n.builder();
  const DType index = g.dtype(x);
  const ValueId bins =
      n.emit(RangeOp{}, {b.scalar(index, 0), g.cast(n.input(1), index), b.scalar(index, 1)});
  ValueId hits =
      g.cast(g.binary(BinaryKind::kEqual, g.expand_dims(x, rank), bins), n.type(2).dtype);
  const bool binary = n.op() == "DenseBincount" && n.flag("binary_output", false);
  if (weighted && !binary) {
    const ValueId w = n.op() == "Bincount" ? g.reshape(n.input(2), {Extent(-1)}) : n.input(2);
    hits = g.mul(hits, g.expand_dims(w, rank));
  }
  n.output(0, reduced(n, binary ? ReduceKind::kMax : ReduceKind::kSum, hits, rank - 1));
}

// Of ragged rows, which splits cut out of the values.
void ragged_bincount(TfNode& n) {
  if (!n.expect(4)) return;
  Compose g(n.builder());
  const ValueId splits = n.input(0), values = n.input(1), weights = n.input(3);
  if (!n.require(g.rank(splits) == 1 && g.rank(values) == 1, "expected vectors")) return;
  const DType type = g.dtype(weights);
  const ValueId places = g.cast(g.range(g.extent(values, 0)), g.dtype(splits));
  const ValueId begun =
      g.binary(BinaryKind::kLessEqual, g.expand_dims(splits, 0), g.expand_dims(places, 1));
  const ValueId row = g.sub(g.sum(g.cast(begun, DType::kInt32), {1}), 1.0);
  const ValueId bins = n.emit(
      RangeOp{},
      {n.builder().scalar_i32(0), g.cast(n.input(2), DType::kInt32), n.builder().scalar_i32(1)});
  ValueId hits = g.cast(
      g.binary(BinaryKind::kEqual, g.expand_dims(g.cast(values, DType::kInt32), 1), bins), type);
  const Shape& w = g.shape(weights);
  const bool binary = n.flag("binary_output", false);
  if (!binary && !(w.known() && w.elements() == 0)) hits = g.mul(hits, g.expand_dims(weights, 1));
  const Extent ends = g.extent(splits, 0);
  const ValueId rows = g.sub(g.squeeze(g.shape_vector(std::span(&ends, 1)), 0), 1.0);
  const ValueId counts =
      n.emit(SegmentReduce{.kind = SegmentReduce::Kind::kSum}, {hits, row, rows});
  n.output(0, binary ? g.minimum(counts, 1.0) : counts);
}

// What lies outside the range counts in the first or last bin.
void histogram(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const auto bins = n.known_integers(2, "nbins");
  if (!n.ok() || !n.require(bins.size() == 1 && bins[0] >= 1 && bins[0] <= (1 << 20),
                            "nbins: expected a positive number"))
    return;
  const ValueId x = g.reshape(n.input(0), {Extent(-1)});
  const ValueId low = g.pick(n.input(1), 0, 0), high = g.pick(n.input(1), 0, 1);
  const ValueId part = g.div(g.sub(x, low), g.sub(high, low));
  const ValueId at = g.unary(UnaryKind::kFloor, g.mul(part, static_cast<double>(bins[0])));
  const ValueId bin = g.cast(g.clip(at, 0, static_cast<double>(bins[0] - 1)), DType::kInt32);
  n.output(0, g.sum(g.one_hot(bin, bins[0], -1, n.dtype("dtype", DType::kInt32)), {0}));
}

// What a sum of rows is divided by: nothing, how many they are, or the root of that.
enum class Share { kNone, kMean, kRoot };

// The forms with a number of segments have it as a fourth input.
template <Share share>
void sparse_segment(TfNode& n) {
  if (!n.expect(3, 4)) return;
  Compose g(n.builder());
  const bool sized = n.inputs() == 4;
  const auto summed = [&](ValueId rows) {
    std::vector<ValueId> inputs{rows, n.input(2)};
    if (sized) inputs.push_back(n.input(3));
    return n.emit(SegmentReduce{.kind = SegmentReduce::Kind::kSum, .sorted = !sized}, inputs);
  };
  const ValueId rows = n.emit(Gather{}, {n.input(0), n.input(1)});
  ValueId result = summed(rows);
  if (share != Share::kNone) {
    const DType type = g.dtype(rows);
    const ValueId ones = n.emit(Fill{}, {n.emit(ShapeOf{}, {n.input(2)}), g.number(1, type)});
    ValueId counts = g.maximum(summed(ones), 1.0);
    if (share == Share::kRoot) counts = g.unary(UnaryKind::kSqrt, counts);
    std::vector<Extent> shape{Extent(-1)};
    for (int i = 1; i < n.type(0).shape.rank(); ++i) shape.emplace_back(1);
    result = g.div(result, g.reshape(counts, shape));
  }
  n.output(0, result);
}

void lin_space(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const auto known = n.integers_if_known(n.input(2));
  if (!n.require(!known || (known->size() == 1 && (*known)[0] >= 1 && (*known)[0] <= (1 << 24)),
                 "num: expected a positive number"))
    return;
  const DType type = n.type(0).dtype;
  GraphBuilder& b = n.builder();
  const ValueId start = g.reshape(n.input(0), {Extent(1)});
  if (known && (*known)[0] == 1) return n.output(0, start);
  const ValueId count = g.cast(n.input(2), DType::kInt32);
  const ValueId steps = g.cast(n.emit(RangeOp{}, {b.scalar_i32(0), count, b.scalar_i32(1)}), type);
  const ValueId gaps = g.cast(g.maximum(g.sub(count, 1.0), 1.0), type);
  const ValueId step = g.div(g.sub(n.input(1), n.input(0)), gaps);
  n.output(0, g.add(start, g.mul(steps, step)));
}

template <SegmentReduce::Kind kind>
void unsorted_segment(TfNode& n) {
  if (n.expect(3)) n.become(SegmentReduce{.kind = kind});
}

void l2_loss(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId flat = g.reshape(g.square(n.input(0)), {Extent(-1)});
  n.output(0, g.mul(reduced(n, ReduceKind::kSum, flat, 0), 0.5));
}

}  // namespace

extern const ReadTfFacet read_tf_bincount{"Bincount", bincount};
extern const ReadTfFacet read_tf_dense_bincount{"DenseBincount", bincount};
extern const ReadTfFacet read_tf_histogram_fixed_width{"HistogramFixedWidth", histogram};
extern const ReadTfFacet read_tf_lin_space{"LinSpace", lin_space};
extern const ReadTfFacet read_tf_lower_bound{"LowerBound", bound<BinaryKind::kLess>};
extern const ReadTfFacet read_tf_matrix_band_part{"MatrixBandPart", matrix_band_part};
extern const ReadTfFacet read_tf_ragged_bincount{"RaggedBincount", ragged_bincount};
extern const ReadTfFacet read_tf_sparse_segment_mean{"SparseSegmentMean",
                                                     sparse_segment<Share::kMean>};
extern const ReadTfFacet read_tf_sparse_segment_sum{"SparseSegmentSum",
                                                    sparse_segment<Share::kNone>};
extern const ReadTfFacet read_tf_l2_loss{"L2Loss", l2_loss};
extern const ReadTfFacet read_tf_unsorted_segment_max{"UnsortedSegmentMax",
                                                      unsorted_segment<SegmentReduce::Kind::kMax>};
extern const ReadTfFacet read_tf_unsorted_segment_min{"UnsortedSegmentMin",
                                                      unsorted_segment<SegmentReduce::Kind::kMin>};
extern const ReadTfFacet read_tf_unsorted_segment_prod{
    "UnsortedSegmentProd", unsorted_segment<SegmentReduce::Kind::kProd>};
extern const ReadTfFacet read_tf_unsorted_segment_sum{"UnsortedSegmentSum",
                                                      unsorted_segment<SegmentReduce::Kind::kSum>};
extern const ReadTfFacet read_tf_upper_bound{"UpperBound", bound<BinaryKind::kLessEqual>};
extern const ReadTfFacet read_tf_batch_matrix_band_part{"BatchMatrixBandPart", matrix_band_part};
extern const ReadTfFacet read_tf_segment_max_v2{"SegmentMaxV2",
                                                unsorted_segment<SegmentReduce::Kind::kMax>};
extern const ReadTfFacet read_tf_segment_min_v2{"SegmentMinV2",
                                                unsorted_segment<SegmentReduce::Kind::kMin>};
extern const ReadTfFacet read_tf_segment_prod_v2{"SegmentProdV2",
                                                 unsorted_segment<SegmentReduce::Kind::kProd>};
extern const ReadTfFacet read_tf_segment_sum_v2{"SegmentSumV2",
                                                unsorted_segment<SegmentReduce::Kind::kSum>};
extern const ReadTfFacet read_tf_sparse_segment_mean_with_num_segments{
    "SparseSegmentMeanWithNumSegments", sparse_segment<Share::kMean>};
extern const ReadTfFacet read_tf_sparse_segment_sqrt_n{"SparseSegmentSqrtN",
                                                       sparse_segment<Share::kRoot>};
extern const ReadTfFacet read_tf_sparse_segment_sqrt_n_with_num_segments{
    "SparseSegmentSqrtNWithNumSegments", sparse_segment<Share::kRoot>};
extern const ReadTfFacet read_tf_sparse_segment_sum_with_num_segments{
    "SparseSegmentSumWithNumSegments", sparse_segment<Share::kNone>};
}  // namespace tare
