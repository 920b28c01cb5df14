// Ops that make, change or ask for shapes.
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/batch_to_space_nd.h"
#include "ops/broadcast_args.h"
#include "ops/broadcast_to.h"
#include "ops/cast.h"
#include "ops/compose.h"
#include "ops/concatenation.h"
#include "ops/depth_to_space.h"
#include "ops/expand_dims.h"
#include "ops/fill.h"
#include "ops/pack.h"
#include "ops/range.h"
#include "ops/rank_of.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/shape_of.h"
#include "ops/space_to_batch_nd.h"
#include "ops/space_to_depth.h"
#include "ops/split.h"
#include "ops/split_v.h"
#include "ops/squeeze.h"
#include "ops/tile.h"
#include "ops/transpose.h"
#include "ops/unpack.h"
#include "ops/zeros_like.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

template <class Op>
void two(TfNode& n) {
  if (n.expect(2)) n.become(Op{});
}

template <class Op>
void three(TfNode& n) {
  if (n.expect(3)) n.become(Op{});
}

void zeros_like(TfNode& n) {
  if (n.expect(1)) n.become(ZerosLike{});
}

void squeeze(TfNode& n) {
  if (!n.expect(1)) return;
  auto axes = n.integers("squeeze_dims");
  if (axes.empty()) axes = n.integers("axis");
  n.become(Squeeze{.axes = std::move(axes)});
}

void shape(TfNode& n) {
  if (n.expect(1)) n.become(ShapeOf{.out_type = n.dtype("out_type", DType::kInt32)});
}

void shape_n(TfNode& n) {
  for (int i = 0; i < n.inputs(); ++i) {
    n.output(static_cast<std::size_t>(i),
             n.emit(ShapeOf{.out_type = n.dtype("out_type", DType::kInt32)}, {n.input(i)}));
  }
}

void rank(TfNode& n) {
  if (n.expect(1)) n.become(RankOf{});
}

void size(TfNode& n) {
  if (!n.expect(1)) return;
  const ValueId shape =
      n.emit(ShapeOf{.out_type = n.dtype("out_type", DType::kInt32)}, {n.input(0)});
  n.output(0, n.emit(Reduce{.kind = ReduceKind::kProd}, {shape, n.builder().scalar_i32(0)}));
}

void pack(TfNode& n) {
  if (n.expect(1, INT32_MAX)) n.become(Pack{.axis = n.integer("axis", 0)});
}

void unpack(TfNode& n) {
  if (!n.expect(1)) return;
  const std::int64_t count = n.integer("num");
  if (!n.require(count >= 0 && count <= 1'000'000,
                 "num: expected a number of outputs, got " + std::to_string(count)))
    return;
  n.outputs(n.builder().emit_n(Unpack{.axis = n.integer("axis", 0)}, {n.input(0)},
                               static_cast<int>(count)));
}

void concatenate(TfNode& n, int axis_input) {
  const auto axis = n.known_integers(axis_input, "the axis");
  if (!n.ok() || !n.require(axis.size() == 1, "the axis must be one number")) return;
  std::vector<ValueId> parts = n.all_inputs();
  parts.erase(parts.begin() + axis_input);
  n.output(0, parts.size() == 1 ? parts[0] : n.emit(Concatenation{.axis = axis[0]}, parts));
}

void concat_v2(TfNode& n) {
  if (n.expect(2, INT32_MAX)) concatenate(n, n.inputs() - 1);
}

void concat(TfNode& n) {
  if (n.expect(2, INT32_MAX)) concatenate(n, 0);
}

void split(TfNode& n) {
  if (!n.expect(2)) return;
  const std::int64_t count = n.integer("num_split");
  if (!n.require(count >= 1 && count <= 1'000'000,
                 "num_split: expected a number of outputs, got " + std::to_string(count)))
    return;
  n.outputs(n.builder().emit_n(Split{}, {n.input(1), n.input(0)}, static_cast<int>(count)));
}

void split_v(TfNode& n) {
  if (!n.expect(3)) return;
  const std::int64_t count = n.integer("num_split");
  if (!n.require(count >= 1 && count <= 1'000'000,
                 "num_split: expected a number of outputs, got " + std::to_string(count)))
    return;
  n.outputs(n.builder().emit_n(SplitV{}, n.all_inputs(), static_cast<int>(count)));
}

void ones_like(TfNode& n) {
  if (!n.expect(1)) return;
  const ValueId shape = n.emit(ShapeOf{}, {n.input(0)});
  n.output(0, n.emit(Fill{}, {shape, n.builder().scalar(n.type(0).dtype, 1)}));
}

template <int value>
void filled(TfNode& n) {
  if (n.expect(1))
    n.output(
        0, n.emit(Fill{}, {n.input(0), n.builder().scalar(n.dtype("T", DType::kFloat32), value)}));
}

template <class Op>
void block_move(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const std::string format = n.text("data_format", "NHWC");
  if (!n.require(format == "NHWC" || format == "NCHW",
                 "data_format: expected NHWC or NCHW, got " + format))
    return;
  const bool nchw = format == "NCHW";
  const ValueId x = nchw ? g.transpose(n.input(0), {0, 2, 3, 1}) : n.input(0);
  const ValueId y = n.emit(Op{.block = n.integer("block_size")}, {x});
  n.output(0, nchw ? g.transpose(y, {0, 3, 1, 2}) : y);
}

}  // namespace

extern const ReadTfFacet read_tf_batch_to_space_nd{"BatchToSpaceND", three<BatchToSpaceNd>};
extern const ReadTfFacet read_tf_broadcast_args{"BroadcastArgs", two<BroadcastArgs>};
extern const ReadTfFacet read_tf_broadcast_to{"BroadcastTo", two<BroadcastTo>};
extern const ReadTfFacet read_tf_concat{"Concat", concat};
extern const ReadTfFacet read_tf_concat_v2{"ConcatV2", concat_v2};
extern const ReadTfFacet read_tf_depth_to_space{"DepthToSpace", block_move<DepthToSpace>};
extern const ReadTfFacet read_tf_expand_dims{"ExpandDims", two<ExpandDims>};
extern const ReadTfFacet read_tf_fill{"Fill", two<Fill>};
extern const ReadTfFacet read_tf_ones{"Ones", filled<1>};
extern const ReadTfFacet read_tf_ones_like{"OnesLike", ones_like};
extern const ReadTfFacet read_tf_pack{"Pack", pack};
extern const ReadTfFacet read_tf_range{"Range", three<RangeOp>};
extern const ReadTfFacet read_tf_rank{"Rank", rank};
extern const ReadTfFacet read_tf_reshape{"Reshape", two<Reshape>};
extern const ReadTfFacet read_tf_shape{"Shape", shape};
extern const ReadTfFacet read_tf_shape_n{"ShapeN", shape_n};
extern const ReadTfFacet read_tf_size{"Size", size};
extern const ReadTfFacet read_tf_space_to_batch_nd{"SpaceToBatchND", three<SpaceToBatchNd>};
extern const ReadTfFacet read_tf_space_to_depth{"SpaceToDepth", block_move<SpaceToDepth>};
extern const ReadTfFacet read_tf_split{"Split", split};
extern const ReadTfFacet read_tf_split_v{"SplitV", split_v};
extern const ReadTfFacet read_tf_squeeze{"Squeeze", squeeze};
extern const ReadTfFacet read_tf_tile{"Tile", two<Tile>};
extern const ReadTfFacet read_tf_transpose{"Transpose", two<Transpose>};
extern const ReadTfFacet read_tf_unpack{"Unpack", unpack};
extern const ReadTfFacet read_tf_zeros{"Zeros", filled<0>};
extern const ReadTfFacet read_tf_zeros_like{"ZerosLike", zeros_like};

}  // namespace tare
