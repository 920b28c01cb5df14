// Ops that pick, place, order and pad elements.
#include <algorithm>

#include "ir/facets.h"
#include "ops/arg_extreme.h"
#include "ops/cast.h"
#include "ops/compose.h"
#include "ops/cumulate.h"
#include "ops/gather.h"
#include "ops/gather_nd.h"
#include "ops/log_softmax.h"
#include "ops/mirror_pad.h"
#include "ops/one_hot.h"
#include "ops/pad.h"
#include "ops/reduce.h"
#include "ops/reverse_v2.h"
#include "ops/scatter_nd.h"
#include "ops/segment_reduce.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/sparse_to_dense.h"
#include "ops/strided_slice.h"
#include "ops/topk_v2.h"
#include "ops/where.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

template <ReduceKind kind>
void reduce(TfNode& n) {
  if (n.expect(2)) n.become(Reduce{.kind = kind, .keep_dims = n.flag("keep_dims", false)});
}

void euclidean_norm(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const ValueId sum =
      n.emit(Reduce{.kind = ReduceKind::kSum, .keep_dims = n.flag("keep_dims", false)},
             {g.square(n.input(0)), n.input(1)});
  n.output(0, g.unary(UnaryKind::kSqrt, sum));
}

template <bool largest>
void arg_extreme(TfNode& n) {
  if (n.expect(2))
    n.become(ArgExtreme{.largest = largest, .output_type = n.dtype("output_type", DType::kInt64)});
}

template <bool product>
void cumulate(TfNode& n) {
  if (n.expect(2))
    n.become(Cumulate{.product = product,
                      .exclusive = n.flag("exclusive", false),
                      .reverse = n.flag("reverse", false)});
}

void cumulative_logarithms(TfNode& n) {
  if (n.expect(2))
    n.become(Cumulate{.logarithms = true,
                      .exclusive = n.flag("exclusive", false),
                      .reverse = n.flag("reverse", false)});
}

void softmax(TfNode& n) {
  if (n.expect(1)) n.become(Softmax{});
}

void log_softmax(TfNode& n) {
  if (n.expect(1)) n.become(LogSoftmax{});
}

void top_k(TfNode& n) {
  if (n.expect(2))
    n.outputs(n.builder().emit_n(TopkV2{.index_type = n.dtype("index_type", DType::kInt32)},
                                 n.all_inputs(), 2));
}

void gather(TfNode& n) {
  if (n.expect(2)) n.become(Gather{});
}

void gather_v2(TfNode& n) {
  if (!n.expect(3)) return;
  const auto axis = n.known_integers(2, "the axis");
  if (!n.ok() || !n.require(axis.size() == 1, "the axis must be one number")) return;
  n.output(0, n.emit(Gather{.axis = axis[0], .batch_dims = n.integer("batch_dims", 0)},
                     {n.input(0), n.input(1)}));
}

void gather_nd(TfNode& n) {
  if (n.expect(2)) n.become(GatherNd{});
}

void scatter_nd(TfNode& n) {
  if (n.expect(3)) n.become(ScatterNd{});
}

void sparse_to_dense(TfNode& n) {
  if (n.expect(4)) n.become(SparseToDense{.validate_indices = n.flag("validate_indices", true)});
}

void one_hot(TfNode& n) {
  if (n.expect(4)) n.become(OneHot{.axis = n.integer("axis", -1)});
}

void where(TfNode& n) {
  if (n.expect(1)) n.become(Where{});
}

void slice(TfNode& n) {
  if (n.expect(3)) n.become(Slice{});
}

void strided_slice(TfNode& n) {
  if (!n.expect(4)) return;
  const auto mask = [&](std::string_view name) {
    const std::int64_t v = n.integer(name, 0);
    n.require(
        v >= 0 && v <= 0xffff,
        std::string(name) + ": expected bits for at most 16 entries, got " + std::to_string(v));
    return static_cast<std::int32_t>(v);
  };
  const StridedSlice op{.begin_mask = mask("begin_mask"),
                        .end_mask = mask("end_mask"),
                        .ellipsis_mask = mask("ellipsis_mask"),
                        .new_axis_mask = mask("new_axis_mask"),
                        .shrink_axis_mask = mask("shrink_axis_mask")};
  if (n.ok()) n.become(op);
}

void pad(TfNode& n) {
  if (n.expect(2)) n.become(Pad{});
}

void pad_v2(TfNode& n) {
  if (n.expect(3)) n.become(Pad{});
}

void mirror_pad(TfNode& n) {
  if (!n.expect(2)) return;
  const std::string mode = n.text("mode");
  if (n.require(mode == "REFLECT" || mode == "SYMMETRIC",
                "mode: expected REFLECT or SYMMETRIC, got " + mode)) {
    n.become(MirrorPad{.reflect = mode == "REFLECT"});
  }
}

// The op reverses one axis; several are reversed one after another.
void reverse_v2(TfNode& n) {
  if (!n.expect(2)) return;
  const bool fed = !n.integers_if_known(n.input(1));
  if (fed && n.type(1).shape.known() && n.type(1).shape.elements() == 1)
    return n.become(ReverseV2{});
  const auto axes = n.known_integers(1, "the axes");
  ValueId x = n.input(0);
  std::vector<std::int64_t> seen;
  for (std::int64_t axis : axes) {
    const int rank = n.type(0).shape.rank();
    if (!n.require(axis >= -rank && axis < rank, "there is no axis " + std::to_string(axis)))
      return;
    axis += axis < 0 ? rank : 0;
    if (!n.require(std::find(seen.begin(), seen.end(), axis) == seen.end(),
                   "an axis is named twice"))
      return;
    seen.push_back(axis);
    x = n.emit(ReverseV2{}, {x, n.builder().vector_i32(std::span(&axis, 1))});
  }
  n.output(0, x);
}

void reverse(TfNode& n) {
  if (!n.expect(2)) return;
  const auto flags = n.known_integers(1, "the axes");
  ValueId x = n.input(0);
  if (!n.require(static_cast<int>(flags.size()) == n.type(0).shape.rank(),
                 "expected a flag for each dimension"))
    return;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    if (flags[i] != 0) x = n.emit(ReverseV2{}, {x, n.builder().vector_i32(std::span(&axis, 1))});
  }
  n.output(0, x);
}

}  // namespace

extern const ReadTfFacet read_tf_all{"All", reduce<ReduceKind::kAll>};
extern const ReadTfFacet read_tf_any{"Any", reduce<ReduceKind::kAny>};
extern const ReadTfFacet read_tf_arg_max{"ArgMax", arg_extreme<true>};
extern const ReadTfFacet read_tf_arg_min{"ArgMin", arg_extreme<false>};
extern const ReadTfFacet read_tf_cumprod{"Cumprod", cumulate<true>};
extern const ReadTfFacet read_tf_cumsum{"Cumsum", cumulate<false>};
extern const ReadTfFacet read_tf_cumulative_logsumexp{"CumulativeLogsumexp", cumulative_logarithms};
extern const ReadTfFacet read_tf_euclidean_norm{"EuclideanNorm", euclidean_norm};
extern const ReadTfFacet read_tf_gather{"Gather", gather};
extern const ReadTfFacet read_tf_gather_nd{"GatherNd", gather_nd};
extern const ReadTfFacet read_tf_gather_v2{"GatherV2", gather_v2};
extern const ReadTfFacet read_tf_log_softmax{"LogSoftmax", log_softmax};
extern const ReadTfFacet read_tf_max{"Max", reduce<ReduceKind::kMax>};
extern const ReadTfFacet read_tf_mean{"Mean", reduce<ReduceKind::kMean>};
extern const ReadTfFacet read_tf_min{"Min", reduce<ReduceKind::kMin>};
extern const ReadTfFacet read_tf_mirror_pad{"MirrorPad", mirror_pad};
extern const ReadTfFacet read_tf_one_hot{"OneHot", one_hot};
extern const ReadTfFacet read_tf_pad{"Pad", pad};
extern const ReadTfFacet read_tf_pad_v2{"PadV2", pad_v2};
extern const ReadTfFacet read_tf_prod{"Prod", reduce<ReduceKind::kProd>};
extern const ReadTfFacet read_tf_reverse{"Reverse", reverse};
extern const ReadTfFacet read_tf_reverse_v2{"ReverseV2", reverse_v2};
extern const ReadTfFacet read_tf_scatter_nd{"ScatterNd", scatter_nd};
extern const ReadTfFacet read_tf_slice{"Slice", slice};
extern const ReadTfFacet read_tf_softmax{"Softmax", softmax};
extern const ReadTfFacet read_tf_sparse_to_dense{"SparseToDense", sparse_to_dense};
extern const ReadTfFacet read_tf_strided_slice{"StridedSlice", strided_slice};
extern const ReadTfFacet read_tf_sum{"Sum", reduce<ReduceKind::kSum>};
extern const ReadTfFacet read_tf_top_k_v2{"TopKV2", top_k};
extern const ReadTfFacet read_tf_where{"Where", where};

}  // namespace tare
