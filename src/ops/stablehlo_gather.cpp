// STABLEHLO_GATHER. Source: the StableHLO specification.
#include "ops/stablehlo_gather.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/dim_list.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Dims = std::vector<std::int64_t>;

void infer(const StablehloGather& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& at = c.shape(1);
  if (!c.require(is_integer(c.dtype(1)), "start indices must be integers")) return;
  if (!in.ranked() || !at.ranked()) return c.output(0, c.dtype(0), Shape::unknown());
  if (!c.require(static_cast<int>(op.slice_sizes.size()) == in.rank(),
                 "slice_sizes: one a dimension is needed"))
    return;
  if (!c.require(dims_are_sound(op.collapsed_slice_dims, in.rank()) &&
                     dims_are_sound(op.start_index_map, in.rank()),
                 "a dimension is outside the operand"))
    return;
  if (!c.require(op.index_vector_dim >= 0 && op.index_vector_dim <= at.rank(),
                 "index_vector_dim: outside the indices"))
    return;
  const Dim depth = op.index_vector_dim < at.rank() ? at[static_cast<int>(op.index_vector_dim)] : 1;
  if (!c.require(!is_known(depth) || depth == static_cast<Dim>(op.start_index_map.size()),
                 "start_index_map: one entry an index is needed"))
    return;
  Dims box;
  for (int d = 0; d < in.rank(); ++d) {
    const std::int64_t size = op.slice_sizes[static_cast<std::size_t>(d)];
    if (!c.require(size >= 0 && (!is_known(in[d]) || size <= in[d]),
                   "slice_sizes: larger than the operand"))
      return;
    if (!holds(op.collapsed_slice_dims, d))
      box.push_back(size);
    else if (!c.require(size <= 1, "slice_sizes: a collapsed dimension must be 1"))
      return;
  }
  const int batch = at.rank() - (op.index_vector_dim < at.rank() ? 1 : 0);
  const int rank = batch + static_cast<int>(box.size());
  if (!c.require(rank <= kMaxRank && box.size() == op.offset_dims.size() &&
                     dims_are_sound(op.offset_dims, rank),
                 "offset_dims: do not fit the result"))
    return;
  Shape out;
  std::size_t next_box = 0;
  int next_batch = 0;
  for (int d = 0; d < rank; ++d) {
    if (holds(op.offset_dims, d)) {
      out.push_back(box[next_box++]);
      continue;
    }
    if (next_batch == op.index_vector_dim) ++next_batch;
    out.push_back(at[next_batch++]);
  }
  c.output(0, c.dtype(0), out);
}

void eval(const StablehloGather& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Tensor& at = c.input(1);
  const Shape& out = c.output(0).shape;
  const auto strides = strides_of(in.shape), steps = strides_of(at.shape);
  const bool vectors = op.index_vector_dim < at.shape.rank();
  const std::int64_t step = vectors ? steps[static_cast<std::size_t>(op.index_vector_dim)] : 0;
  StridedWalk walk(out, {});
  move_elements(c, 0, [&](std::int64_t) {
    std::int64_t from = 0, place = 0;
    int operand = 0, batch = 0;
    for (int d = 0; d < out.rank(); ++d) {
      if (holds(op.offset_dims, d)) {
        while (holds(op.collapsed_slice_dims, operand)) ++operand;
        from += walk.place(d) * strides[static_cast<std::size_t>(operand++)];
      } else {
        if (vectors && batch == op.index_vector_dim) ++batch;
        place += walk.place(d) * steps[static_cast<std::size_t>(batch++)];
      }
    }
    for (std::size_t k = 0; k < op.start_index_map.size(); ++k) {
      const auto d = static_cast<std::size_t>(op.start_index_map[k]);
      const std::int64_t start = integer_at(at, place + static_cast<std::int64_t>(k) * step);
      from +=
          std::clamp<std::int64_t>(start, 0, in.shape[static_cast<int>(d)] - op.slice_sizes[d]) *
          strides[d];
    }
    walk.next();
    return Source{&in, from};
  });
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::StablehloGatherOptions>();
  n.emit(StablehloGather{.offset_dims = dim_list(o.offset_dims()),
                         .collapsed_slice_dims = dim_list(o.collapsed_slice_dims()),
                         .start_index_map = dim_list(o.start_index_map()),
                         .index_vector_dim = o.index_vector_dim(),
                         .slice_sizes = dim_list(o.slice_sizes())});
}

void write_tflite(const StablehloGather& op, TfliteWriter& w) {
  auto& b = w.fbb();
  const auto offset = b.CreateVector(op.offset_dims),
             collapsed = b.CreateVector(op.collapsed_slice_dims);
  const auto map = b.CreateVector(op.start_index_map), sizes = b.CreateVector(op.slice_sizes);
  w.builtin(
      tflite::BuiltinOperator_STABLEHLO_GATHER,
      tflite::CreateStablehloGatherOptions(b, offset, collapsed, map, op.index_vector_dim, sizes));
}

}  // namespace

const OpDef StablehloGather::kOp = define_op<StablehloGather, infer, no_cost>("stablehlo_gather");
extern const EvalFacet eval_stablehlo_gather = eval_facet<StablehloGather, eval>();
extern const ReadTfliteFacet read_tflite_stablehlo_gather{tflite::BuiltinOperator_STABLEHLO_GATHER,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_stablehlo_gather =
    write_tflite_facet<StablehloGather, write_tflite>();

}  // namespace tare
