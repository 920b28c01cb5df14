// STRIDED_SLICE: specifications are first spread over the input's dimensions (ellipsis, new axes),
// then each dimension is an arithmetic progression.
#include "ops/strided_slice.h"

#include <algorithm>
#include <vector>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

// One dimension of the result before shrinking: a progression over an input dimension, or a new
// axis (input < 0).
struct Part {
  int input = -1;
  Element begin = Element::of(0), end = Element::of(0);
  std::int64_t stride = 1;
  bool begin_open = true, end_open = true, shrink = false;
};

struct Specs {
  Contents begin, end;
  std::vector<std::int64_t> strides;
};

bool bit(std::int32_t mask, std::size_t i) {
  return i < 32 && ((static_cast<std::uint32_t>(mask) >> i) & 1u) != 0;
}

Part part_of(const StridedSlice& op, const Specs& specs, std::size_t i, int input) {
  const bool shrink = bit(op.shrink_axis_mask, i);
  return {.input = input,
          .begin = specs.begin[i],
          .end = specs.end[i],
          .stride = specs.strides[i],
          .begin_open = bit(op.begin_mask, i) && !shrink,
          .end_open = bit(op.end_mask, i),
          .shrink = shrink};
}

// Fails (named) or gives a part for each dimension.
std::string spread(const StridedSlice& op, const Specs& specs, int rank, std::vector<Part>& parts) {
  const std::size_t count = specs.strides.size();
  if (count > 32 || specs.begin.size() != count || specs.end.size() != count)
    return "begin, end and strides differ in length";
  int named = 0, ellipses = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (bit(op.ellipsis_mask, i))
      ++ellipses;
    else if (!bit(op.new_axis_mask, i))
      ++named;
  }
  if (ellipses > 1) return "more than one ellipsis";
  if (named > rank) return "more specifications than dimensions";
  int input = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (bit(op.ellipsis_mask, i)) {
      for (int k = rank - named; k > 0; --k) parts.push_back({.input = input++});
    } else if (bit(op.new_axis_mask, i)) {
      parts.push_back({.input = -1});
    } else {
      if (specs.strides[i] == 0) return "a stride of 0";
      parts.push_back(part_of(op, specs, i, input++));
    }
  }
  while (input < rank) parts.push_back({.input = input++});
  return {};
}

struct Progression {
  std::int64_t first = 0, count = 0;
};

std::int64_t from_end(std::int64_t v, std::int64_t extent) {
  return v < 0 ? v + extent : v;
}  // v < 0: cannot overflow

// begin and end known, extent known. Empty when a shrunk index is outside.
std::optional<Progression> progression(const StridedSlice& op, const Part& p, std::int64_t extent) {
  const std::int64_t low = p.stride > 0 ? 0 : -1;
  const std::int64_t high = p.stride > 0 ? extent : extent - 1;
  if (p.shrink) {
    const std::int64_t at = from_end(p.begin.value, extent);
    if (at < 0 || at >= extent) return std::nullopt;
    return Progression{at, 1};
  }
  const std::int64_t first = p.begin_open ? (p.stride > 0 ? low : high)
                                          : std::clamp(from_end(p.begin.value, extent), low, high);
  std::int64_t last = p.stride > 0 ? high : low;
  if (!p.end_open)
    last = std::clamp(
        op.offset ? checked_add(first, p.end.value).value_or(high) : from_end(p.end.value, extent),
        low, high);
  const std::int64_t span = p.stride > 0 ? last - first : first - last;
  const std::uint64_t step = p.stride > 0 ? static_cast<std::uint64_t>(p.stride)
                                          : 0 - static_cast<std::uint64_t>(p.stride);
  return Progression{
      first,
      span <= 0 ? 0 : static_cast<std::int64_t>(static_cast<std::uint64_t>(span - 1) / step) + 1};
}

Dim extent_of(const StridedSlice& op, const Part& p, Dim in, InferContext& c) {
  if (p.input < 0) return 1;
  const bool whole =
      !p.shrink && p.stride == 1 && (p.begin_open || p.begin == Element::of(0)) && p.end_open;
  if (whole) return in;
  if ((!p.begin_open && !p.begin.known) || (!p.end_open && !p.shrink && !p.end.known))
    return kUnknownDim;
  if (p.shrink) {
    if (is_known(in) && !progression(op, p, in))
      c.fail("index " + std::to_string(p.begin.value) + " is outside an extent of " +
             std::to_string(in));
    return 1;
  }
  if (!is_known(in)) {
    const bool counted = !p.begin_open && !p.end_open && p.begin.value >= 0 && p.end.value >= 0 &&
                         p.stride == 1 && p.begin == Element::of(0) && p.end.value <= 1;
    return counted ? p.end.value : kUnknownDim;
  }
  return progression(op, p, in)->count;
}

void infer(const StridedSlice& op, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)) && is_integer(c.dtype(2)) && is_integer(c.dtype(3)),
                 "input 1 and 2 and 3 must be integers"))
    return;
  const Shape& in = c.shape(0);
  const auto begin = c.contents(1), end = c.contents(2);
  const auto strides = c.integers(3);
  if (!in.ranked() || !begin || !end || !strides) return c.output(0, c.dtype(0), Shape::unknown());
  std::vector<Part> parts;
  if (const std::string why = spread(op, {*begin, *end, *strides}, in.rank(), parts); !why.empty())
    return c.fail(why);
  Shape out;
  for (const Part& p : parts) {
    const Dim d = extent_of(op, p, p.input < 0 ? 1 : in[p.input], c);
    if (p.shrink) continue;
    if (!c.require(out.rank() < kMaxRank, "a result of more than 8 dimensions")) return;
    out.push_back(d);
  }
  c.output(0, c.dtype(0), out);
  // Slices of shapes: elements stay known.
  const auto elements = c.contents(0);
  if (!elements || in.rank() != 1 || parts.empty() || !is_known(in[0])) return;
  for (const Part& p : parts) {
    if (p.input < 0) continue;
    if ((!p.begin_open && !p.begin.known) || (!p.end_open && !p.shrink && !p.end.known)) return;
    const auto walk = progression(op, p, in[0]);
    if (!walk) return;
    Contents taken;
    for (std::int64_t i = 0; i < walk->count; ++i)
      taken.push_back((*elements)[static_cast<std::size_t>(walk->first + i * p.stride)]);
    c.output_contents(0, std::move(taken));
  }
}

Specs specs_of(const EvalContext& c) {
  Specs s;
  for (std::int64_t i = 0; i < c.input(3).elements(); ++i) {
    s.begin.push_back(Element::of(integer_at(c.input(1), i)));
    s.end.push_back(Element::of(integer_at(c.input(2), i)));
    s.strides.push_back(integer_at(c.input(3), i));
  }
  return s;
}

void eval(const StridedSlice& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  std::vector<Part> parts;
  if (!c.require(spread(op, specs_of(c), in.shape.rank(), parts).empty(), "bad specifications"))
    return;
  const auto strides = strides_of(in.shape);
  std::array<std::int64_t, kMaxRank> steps{};
  std::int64_t start = 0;
  std::size_t out_axis = 0;
  for (const Part& p : parts) {
    if (p.input >= 0) {
      const auto walk = progression(op, p, in.shape[p.input]);
      if (!c.require(walk.has_value(), "an index is outside the tensor")) return;
      const std::int64_t stride = strides[static_cast<std::size_t>(p.input)];
      if (walk->count > 0) start += walk->first * stride;
      if (!p.shrink) steps[out_axis] = walk->count > 1 ? p.stride * stride : 0;
    }
    if (!p.shrink) ++out_axis;
  }
  StridedWalk walk(c.output(0).shape, steps, start);
  move_elements(c, 0, [&](std::int64_t) {
    const Source s{&in, walk.at()};
    walk.next();
    return s;
  });
}

std::string constant_specs(const XnnBuilder& b, Specs& specs) {
  for (int i = 1; i <= 3; ++i)
    if (!b.is_constant(i)) return "begin, end or strides are not constant";
  for (const std::int64_t v : b.constant_integers(1)) specs.begin.push_back(Element::of(v));
  for (const std::int64_t v : b.constant_integers(2)) specs.end.push_back(Element::of(v));
  specs.strides = b.constant_integers(3);
  return {};
}

bool lower(const StridedSlice& op, XnnBuilder& b) {
  Specs specs;
  if (std::string why = constant_specs(b, specs); !why.empty()) return b.refuse(std::move(why));
  const TensorType& in = b.input_type(0);
  std::vector<Part> parts;
  if (!spread(op, specs, in.shape.rank(), parts).empty()) return b.refuse("bad specifications");
  std::vector<std::int64_t> offsets, extents;
  for (const Part& p : parts) {
    if (p.input < 0) continue;
    const auto walk = progression(op, p, in.shape[p.input]);
    if (!walk || (p.stride != 1 && walk->count > 1)) return b.refuse("strides other than 1");
    offsets.push_back(walk->first);
    extents.push_back(walk->count);
  }
  TensorType box = b.output_type();
  box.shape = Shape(extents);
  if (box.shape == b.output_type().shape) return b.slice(b.input(0), b.output(), offsets, extents);
  const XnnValue cut = b.temporary(box);
  return b.slice(b.input(0), cut, offsets, extents) &&
         b.reshape(cut, b.output(), b.output_type().shape);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(4, 4)) return;
  const auto& o = n.options<tflite::StridedSliceOptions>();
  n.emit(StridedSlice{o.begin_mask(), o.end_mask(), o.ellipsis_mask(), o.new_axis_mask(),
                      o.shrink_axis_mask(), o.offset()});
}

void write_tflite(const StridedSlice& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_STRIDED_SLICE,
            tflite::CreateStridedSliceOptions(w.fbb(), op.begin_mask, op.end_mask, op.ellipsis_mask,
                                              op.new_axis_mask, op.shrink_axis_mask, op.offset),
            2);
}

}  // namespace

const OpDef StridedSlice::kOp = define_op<StridedSlice, infer, no_cost>("strided_slice");
extern const EvalFacet eval_strided_slice = eval_facet<StridedSlice, eval>();
extern const LowerFacet lower_strided_slice = lower_facet<StridedSlice, lower>();
extern const ReadTfliteFacet read_tflite_strided_slice{tflite::BuiltinOperator_STRIDED_SLICE,
                                                       read_tflite};
extern const WriteTfliteFacet write_tflite_strided_slice =
    write_tflite_facet<StridedSlice, write_tflite>();

}  // namespace tare
