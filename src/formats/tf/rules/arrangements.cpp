// Ops that lay elements out anew: diagonals, orders of dimensions, places in a shape, rows set in
// place.
#include "ir/facets.h"
#include "ops/band_diag.h"
#include "ops/binary/binary.h"
#include "ops/compose.h"
#include "ops/cumulate.h"
#include "ops/fill.h"
#include "ops/matrix_diag.h"
#include "ops/rank_of.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/shape_of.h"
#include "ops/strided_slice.h"
#include "ops/tensor_scatter_update.h"
#include "ops/topk_v2.h"
#include "ops/transpose.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

// Of vectors of three in the last dimension: a turned left by b turned right, less the other way.
void cross(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const Shape &a = n.type(0).shape, &b = n.type(1).shape;
  if (!n.require(a.rank() >= 1 && compatible(a, b) && (!is_known(a.back()) || a.back() == 3),
                 "expected vectors of three, got " + a.text() + " and " + b.text()))
    return;
  const ValueId left = g.integers(std::vector<std::int64_t>{1, 2, 0});
  const ValueId right = g.integers(std::vector<std::int64_t>{2, 0, 1});
  const auto turned = [&](int i, ValueId by) { return g.gather(n.input(i), by, -1); };
  n.output(
      0, g.sub(g.mul(turned(0, left), turned(1, right)), g.mul(turned(0, right), turned(1, left))));
}

// A tensor on the diagonal of one of twice its rank.
void diag(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.rank(x) >= 1 && 2 * g.rank(x) <= kMaxRank,
                 "diagonal: expected 1 to 4 dimensions, got " + g.shape(x).text()))
    return;
  std::vector<Extent> shape = g.extents(x);
  const std::vector<Extent> once = shape;
  shape.insert(shape.end(), once.begin(), once.end());
  n.output(0, g.reshape(n.emit(MatrixDiag{}, {g.reshape(x, {Extent(-1)})}), shape));
}

void diag_part(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  const int half = g.rank(x) / 2;
  const Shape& s = g.shape(x);
  if (!n.require(half >= 1 && s.rank() == 2 * half,
                 "input: expected pairs of dimensions, got " + s.text()))
    return;
  std::vector<Extent> shape = g.extents(x);
  shape.erase(shape.begin() + half, shape.end());
  for (int d = 0; d < half; ++d) {
    if (!n.require(!is_known(s[d]) || !is_known(s[d + half]) || s[d] == s[d + half],
                   "input: expected pairs of equal dimensions, got " + s.text()))
      return;
  }
  const ValueId count = n.emit(Reduce{.kind = ReduceKind::kProd, .keep_dims = true},
                               {g.shape_vector(shape), n.builder().scalar_i32(0)});
  const ValueId square = n.emit(Reshape{}, {x, g.concat({count, count}, 0)});
  const ValueId part = n.emit(BandDiagPart{}, {square, g.number(0, g.dtype(x))});
  n.output(0, g.reshape(part, shape));
}

// For each letter of `to` where it stands in `from`; empty (and a failure recorded) unless they are
// the same letters.
std::vector<std::int64_t> places_of(TfNode& n, const std::string& to, const std::string& from) {
  std::vector<std::int64_t> places;
  for (const char c : to) {
    const std::size_t at = from.find(c);
    if (!n.require(
            to.size() == from.size() && at != std::string::npos && to.find(c) == to.rfind(c) &&
                to.size() <= kMaxRank,
            "src_format and dst_format: expected the same letters, got " + from + " and " + to))
      return {};
    places.push_back(static_cast<std::int64_t>(at));
  }
  return places;
}

std::string without(std::string format, const char* letters) {
  std::erase_if(
      format, [&](char c) { return std::string_view(letters).find(c) != std::string_view::npos; });
  return format;
}

// What one format lists, in the order of another: for all dimensions, or the spatial ones alone.
void format_permute(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  std::string from = n.text("src_format", "NHWC"), to = n.text("dst_format", "NCHW");
  const Shape& s = n.type(0).shape;
  if (!n.require((s.rank() == 1 || s.rank() == 2), "expected a vector or pairs, got " + s.text()))
    return;
  const auto letters = static_cast<Dim>(from.size());
  if (is_known(s[0]) && s[0] == letters - 2) {
    from = without(from, "NC");
    to = without(to, "NC");
  }
  const auto places = places_of(n, to, from);
  if (!n.ok() ||
      !n.require(!is_known(s[0]) || s[0] == static_cast<Dim>(places.size()),
                 "expected an entry for each dimension of " + from + ", got " + s.text()))
    return;
  n.output(0, g.gather(n.input(0), g.integers(places), 0));
}

void format_dimensions(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const auto places = places_of(n, n.text("src_format", "NHWC"), n.text("dst_format", "NCHW"));
  if (!n.ok() || !n.require(!places.empty(), "src_format: expected letters")) return;
  const ValueId x = n.input(0);
  const auto rank = static_cast<std::int64_t>(places.size());
  // Below 0 they count from the end.
  const ValueId below = g.cast(g.binary(BinaryKind::kLess, x, 0.0), g.dtype(x));
  const ValueId at = g.add(x, g.mul(below, static_cast<double>(rank)));
  n.output(0, g.gather(g.cast(g.integers(places), g.dtype(x)), at, 0));
}

// Of places in a flat tensor, their coordinates: [dimensions, places].
void unravel(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const ValueId at = n.input(0), extents = n.input(1);
  if (!n.require(g.rank(at) >= 0 && g.rank(at) <= 1 && g.rank(extents) == 1,
                 "expected places and the extents of a shape"))
    return;
  const DType type = g.dtype(at);
  const ValueId steps = n.emit(Cumulate{.product = true, .exclusive = true, .reverse = true},
                               {extents, n.builder().scalar_i32(0)});
  // Places outside find no element in a vector of one.
  const ValueId count =
      n.emit(Reduce{.kind = ReduceKind::kProd}, {extents, n.builder().scalar_i32(0)});
  const ValueId outside = g.logical_or(g.binary(BinaryKind::kLess, at, 0.0),
                                       g.binary(BinaryKind::kGreaterEqual, at, count));
  const ValueId zero = g.fill(std::vector<Extent>{Extent(1)}, g.number(0, type));
  const ValueId checked = g.add(at, g.gather(zero, g.cast(outside, DType::kInt32), 0));
  const auto column = [&](ValueId v) { return g.rank(at) == 1 ? g.expand_dims(v, 1) : v; };
  n.output(0, g.binary(BinaryKind::kFloorMod,
                       g.binary(BinaryKind::kFloorDiv, checked, column(steps)), column(extents)));
}

void nth_element(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.rank(x) >= 1 && g.rank(n.input(1)) <= 0, "expected rows and a number")) return;
  const Extent last = g.extent(x, -1);
  const ValueId count = g.squeeze(g.shape_vector(std::span(&last, 1)), 0);
  const ValueId sorted = g.top_k(x, count).values;
  ValueId at = g.cast(n.input(1), DType::kInt32);
  if (!n.flag("reverse", false)) at = g.sub(g.sub(count, 1.0), at);
  n.output(0, g.gather(sorted, at, -1));
}

// Rows of a tensor set or changed; below 0 and past the end they wrap around.
template <ScatterKind kind>
void inplace(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.rank(x) >= 1 && g.rank(n.input(1)) == 1, "expected rows and their numbers"))
    return;
  const Extent rows = g.extent(x, 0);
  const ValueId at = g.binary(BinaryKind::kFloorMod, g.cast(n.input(1), DType::kInt32),
                              g.shape_vector(std::span(&rows, 1)));
  n.output(0, n.emit(TensorScatterUpdate{kind}, {x, g.expand_dims(at, 1), n.input(2)}));
}

// The same slice of the places tells where the values go.
void strided_slice_update(TfNode& n) {
  if (!n.expect(5)) return;
  Compose g(n.builder());
  const auto mask = [&](std::string_view name) {
    const std::int64_t v = n.integer(name, 0);
    n.require(v >= 0 && v <= 0xffff, std::string(name) + ": expected bits for at most 16 entries");
    return static_cast<std::int32_t>(v);
  };
  const StridedSlice op{.begin_mask = mask("begin_mask"),
                        .end_mask = mask("end_mask"),
                        .ellipsis_mask = mask("ellipsis_mask"),
                        .new_axis_mask = mask("new_axis_mask"),
                        .shrink_axis_mask = mask("shrink_axis_mask")};
  if (!n.ok()) return;
  const ValueId x = n.input(0);
  const ValueId flat = g.reshape(x, {Extent(-1)});
  const ValueId shape = n.emit(ShapeOf{}, {x});
  const ValueId all = n.emit(Reshape{}, {g.range(g.extent(flat, 0)), shape});
  const ValueId at = n.emit(op, {all, n.input(1), n.input(2), n.input(3)});
  if (!n.require(g.rank(at) >= 0, "expected a slice of known rank")) return;
  const ValueId values = g.broadcast_to(n.input(4), g.extents(at));
  const ValueId next = n.emit(TensorScatterUpdate{}, {flat, g.reshape(at, {Extent(-1), Extent(1)}),
                                                      g.reshape(values, {Extent(-1)})});
  n.output(0, n.emit(Reshape{}, {next, shape}));
}

// What is not initialised may as well be zero.
void empty(TfNode& n) {
  if (n.expect(1))
    n.output(0, n.emit(Fill{}, {n.input(0), n.builder().scalar(n.dtype("dtype"), 0)}));
}

// A number holds when it is not zero, a tensor when it has elements.
void to_bool(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  if (!n.require(g.shape(x).ranked() && is_numeric(g.dtype(x)), "expected numbers of known rank"))
    return;
  if (g.dtype(x) == DType::kBool && g.rank(x) == 0) return n.output(0, x);
  if (g.rank(x) == 0) return n.output(0, g.binary(BinaryKind::kNotEqual, x, 0.0));
  const ValueId count = n.emit(Reduce{.kind = ReduceKind::kProd},
                               {n.emit(ShapeOf{}, {x}), n.builder().scalar_i32(0)});
  n.output(0, g.binary(BinaryKind::kGreater, count, 0.0));
}

}  // namespace

extern const ReadTfFacet read_tf_cross{"Cross", cross};
extern const ReadTfFacet read_tf_data_format_dim_map{"DataFormatDimMap", format_dimensions};
extern const ReadTfFacet read_tf_data_format_vec_permute{"DataFormatVecPermute", format_permute};
extern const ReadTfFacet read_tf_diag{"Diag", diag};
extern const ReadTfFacet read_tf_diag_part{"DiagPart", diag_part};
extern const ReadTfFacet read_tf_empty{"Empty", empty};
extern const ReadTfFacet read_tf_inplace_add{"InplaceAdd", inplace<ScatterKind::kAdd>};
extern const ReadTfFacet read_tf_inplace_sub{"InplaceSub", inplace<ScatterKind::kSub>};
extern const ReadTfFacet read_tf_inplace_update{"InplaceUpdate", inplace<ScatterKind::kUpdate>};
extern const ReadTfFacet read_tf_nth_element{"NthElement", nth_element};
extern const ReadTfFacet read_tf_tensor_strided_slice_update{"TensorStridedSliceUpdate",
                                                             strided_slice_update};
extern const ReadTfFacet read_tf_to_bool{"ToBool", to_bool};
extern const ReadTfFacet read_tf_unravel_index{"UnravelIndex", unravel};

}  // namespace tare
