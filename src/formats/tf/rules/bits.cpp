// Ops on the bits that numbers are stored in, and quantisation that keeps floats.
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/bitcast.h"
#include "ops/compose.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

// As whole numbers, the stored forms of floats of one sign are in order.
void next_after(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0), y = n.input(1);
  const DType type = g.dtype(x);
  if (!n.require((type == DType::kFloat32 || type == DType::kFloat64) && g.dtype(y) == type,
                 "expected float32 or float64"))
    return;
  const bool wide = type == DType::kFloat64;
  const DType whole = wide ? DType::kInt64 : DType::kInt32;
  const ValueId from = g.add(x, g.binary(BinaryKind::kMulNoNan, y, 0.0));  // of both shapes
  const ValueId stored = n.emit(Bitcast{whole}, {from});
  const ValueId away = g.binary(BinaryKind::kEqual, g.binary(BinaryKind::kGreater, y, from),
                                g.binary(BinaryKind::kGreater, from, 0.0));
  const ValueId step = g.sub(g.mul(g.cast(away, whole), 2.0), 1.0);
  // From 0 on, the least number of y's sign.
  const ValueId sign =
      g.binary(BinaryKind::kLeftShift, g.cast(g.binary(BinaryKind::kLess, y, 0.0), whole),
               wide ? 63.0 : 31.0);
  const ValueId moved = n.emit(Bitcast{type}, {g.select(g.binary(BinaryKind::kEqual, from, 0.0),
                                                        g.add(sign, 1.0), g.add(stored, step))});
  const ValueId sum = g.add(from, y);
  const ValueId there = g.select(g.binary(BinaryKind::kEqual, from, y), y, moved);
  n.output(0,
           g.select(g.logical_or(g.unary(UnaryKind::kIsNan, from), g.unary(UnaryKind::kIsNan, y)),
                    sum, there));
}

void population_count(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  const DType type = g.dtype(x);
  if (!n.require(is_integer(type) && g.rank(x) >= 0 && g.rank(x) < kMaxRank,
                 "expected integers of at most 7 dimensions"))
    return;
  const auto bits = static_cast<std::int64_t>(8 * dtype_size(type));
  const ValueId each =
      g.binary(BinaryKind::kRightShift, g.expand_dims(x, -1), g.cast(g.range(Extent(bits)), type));
  const ValueId set = g.cast(g.binary(BinaryKind::kBitwiseAnd, each, 1.0), DType::kInt32);
  n.output(0, g.cast(g.sum(set, {g.rank(x)}), DType::kUint8));
}

void approximate_equal(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const ValueId gap = g.unary(UnaryKind::kAbs, g.sub(n.input(0), n.input(1)));
  n.output(0, g.binary(BinaryKind::kLess, gap,
                       static_cast<double>(static_cast<float>(n.number("tolerance", 1e-5)))));
}

struct Grid {
  double low, high;  // in steps
};

// Version 3 has its number of bits as an input, and rounds halves to even.
std::optional<Grid> grid_of(TfNode& n) {
  std::int64_t bits = 8;
  if (n.op().ends_with("V3")) {
    const auto known = n.known_integers(3, "num_bits");
    if (!n.ok() || !n.require(known.size() == 1, "num_bits: expected one number")) return {};
    bits = known[0];
  } else {
    bits = n.integer("num_bits", 8);
  }
  const bool sign = n.flag("signed_input", true);
  if (!n.require(bits >= (sign ? 2 : 1) && bits <= 62,
                 "num_bits: expected 2 to 62 (1 when unsigned)"))
    return {};
  const double high = std::ldexp(1.0, static_cast<int>(sign ? bits - 1 : bits)) - 1;
  return Grid{.low = !sign ? 0 : n.flag("narrow_range", false) ? -high : -high - 1, .high = high};
}

// A range of one slice a place of the axis, to stand beside the input.
ValueId beside(TfNode& n, Compose& g, ValueId bound, int axis) {
  if (axis < 0) return bound;
  std::vector<Extent> shape(static_cast<std::size_t>(n.type(0).shape.rank()), Extent(1));
  shape[static_cast<std::size_t>(axis)] = Extent(-1);
  return g.reshape(bound, shape);
}

void quantize_and_dequantize(TfNode& n) {
  const bool given = n.flag("range_given", n.op().ends_with("V3"));
  if (!n.expect(n.op().ends_with("V3") ? 4 : 3)) return;
  Compose g(n.builder());
  const ValueId x = n.input(0);
  const std::int64_t axis = n.integer("axis", -1);
  const std::string mode = n.text("round_mode", "HALF_TO_EVEN");
  const auto grid = grid_of(n);
  if (!n.ok() ||
      !n.require(mode == "HALF_TO_EVEN" || mode == "HALF_UP",
                 "round_mode: expected HALF_TO_EVEN or HALF_UP, got " + mode) ||
      !n.require(g.rank(x) >= 0 && axis >= -1 && axis < g.rank(x),
                 "axis: there is no axis " + std::to_string(axis)))
    return;
  const int along = static_cast<int>(axis);
  Compose::Axes others;
  for (int d = 0; d < g.rank(x); ++d) {
    if (d != along) others.push_back(d);
  }
  const ValueId low = given ? beside(n, g, n.input(1), along) : g.min(x, others, along >= 0);
  const ValueId high = given ? beside(n, g, n.input(2), along) : g.max(x, others, along >= 0);
  // As many steps a unit as the tighter side allows.
  const double none = static_cast<double>(std::numeric_limits<float>::max());
  const auto steps = [&](ValueId bound, double end) {
    const ValueId inside = g.binary(BinaryKind::kGreater, g.mul(bound, end), 0.0);
    return g.select(inside, g.div(end, bound), g.number(none, g.dtype(x)));
  };
  const ValueId from_low = steps(low, grid->low), from_high = steps(high, grid->high);
  const ValueId lower = g.binary(BinaryKind::kLess, from_low, from_high);
  const ValueId scale = g.select(lower, from_low, from_high);
  const ValueId unit = grid->low == 0
                           ? g.div(high, grid->high)
                           : g.select(lower, g.div(low, grid->low), g.div(high, grid->high));
  ValueId inside = x;
  if (given) {
    const ValueId last = g.select(lower, g.mul(unit, grid->high), high);
    const ValueId first = g.select(lower, low, g.mul(unit, grid->low));
    inside = g.maximum(g.minimum(x, last), first);
  }
  const ValueId at = g.mul(inside, scale);
  const ValueId rounded = mode == "HALF_UP" ? g.unary(UnaryKind::kFloor, g.add(at, 0.5))
                                            : g.unary(UnaryKind::kRound, at);
  n.output(0, g.mul(rounded, unit));
}

}  // namespace

extern const ReadTfFacet read_tf_approximate_equal{"ApproximateEqual", approximate_equal};
extern const ReadTfFacet read_tf_next_after{"NextAfter", next_after};
extern const ReadTfFacet read_tf_population_count{"PopulationCount", population_count};
extern const ReadTfFacet read_tf_quantize_and_dequantize_v2{"QuantizeAndDequantizeV2",
                                                            quantize_and_dequantize};
extern const ReadTfFacet read_tf_quantize_and_dequantize_v3{"QuantizeAndDequantizeV3",
                                                            quantize_and_dequantize};
extern const ReadTfFacet read_tf_quantize_and_dequantize_v4{"QuantizeAndDequantizeV4",
                                                            quantize_and_dequantize};

}  // namespace tare
