// Elementwise ops of two inputs: definition, kernel, lowering.
#include "ops/binary/binary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/binary/rows.h"
#include "ops/common/broadcast.h"
#include "ops/common/elements.h"
#include "ops/common/other_binary.h"
#include "ops/common/quantized_binary.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

using I = std::int64_t;

std::string_view variant(const Binary& op) { return name_of(op.kind); }

bool divides(BinaryKind k) {
  return k == BinaryKind::kDiv || k == BinaryKind::kFloorDiv || k == BinaryKind::kFloorMod ||
         k == BinaryKind::kMod || k == BinaryKind::kTruncateDiv;
}

// Shape arithmetic: adds, products and quotients of known elements stay known through the graph.
std::optional<Contents> contents_of(const Binary& op, InferContext& c) {
  const auto a = c.contents(0), b = c.contents(1);
  const BinaryRow& r = row_of(op.kind);
  if (!a || !b || !r.integer || a->empty() || b->empty()) return std::nullopt;
  if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
  Contents out;
  for (std::size_t i = 0; i < std::max(a->size(), b->size()); ++i) {
    const Element& p = (*a)[a->size() == 1 ? 0 : i];
    const Element& q = (*b)[b->size() == 1 ? 0 : i];
    if (p.known && q.known && !(divides(op.kind) && q.value == 0))
      out.push_back(Element::of(r.integer(p.value, q.value)));
    else if (op.kind == BinaryKind::kMul && p == Element::of(1))
      out.push_back(q);
    else if ((op.kind == BinaryKind::kMul || op.kind == BinaryKind::kFloorDiv) &&
             q == Element::of(1))
      out.push_back(p);
    else
      out.push_back(Element::of_dim(kUnknownDim));
  }
  return out;
}

void infer(const Binary& op, InferContext& c) {
  if (!c.require(c.dtype(0) == c.dtype(1),
                 "operands of different types: " + std::string(dtype_name(c.dtype(0))) + " and " +
                     std::string(dtype_name(c.dtype(1)))))
    return;
  c.output(0,
           is_comparison(op.kind) ? DType::kBool
           : op.int8_output       ? DType::kInt8
                                  : c.dtype(0),
           broadcast_shape(c, c.shape(0), c.shape(1)));
  if (is_integer(c.dtype(0)) && c.shape(0).rank() <= 1 && c.shape(1).rank() <= 1) {
    if (auto contents = contents_of(op, c)) c.output_contents(0, std::move(*contents));
  }
}

// TFLite takes the stored numbers whatever their scales are.
bool works_on_stored(BinaryKind k) {
  return is_comparison(k) || k == BinaryKind::kMaximum || k == BinaryKind::kMinimum ||
         k == BinaryKind::kFloorDiv || k == BinaryKind::kFloorMod || k == BinaryKind::kBitwiseXor ||
         k == BinaryKind::kRightShift;
}

int bits(DType dtype) { return 8 * static_cast<int>(dtype_size(dtype)); }

// The low bits that a number keeps when it is stored in so many bytes.
I wrapped(I v, DType dtype) {
  const int unused = 64 - bits(dtype);
  const std::uint64_t high = static_cast<std::uint64_t>(v) << unused;
  return is_unsigned(dtype) ? static_cast<I>(high >> unused) : static_cast<I>(high) >> unused;
}

BinaryRow::Real real_function(const Binary& op) {
  const bool maximum = op.kind == BinaryKind::kMaximum;
  if (op.nan == NanRule::kPropagate || (!maximum && op.kind != BinaryKind::kMinimum))
    return row_of(op.kind).real;
  if (op.nan == NanRule::kSecond) {
    return maximum ? BinaryRow::Real{[](double a, double b) { return a > b ? a : b; }}
                   : BinaryRow::Real{[](double a, double b) { return a < b ? a : b; }};
  }
  return maximum ? BinaryRow::Real{[](double a, double b) { return a < b ? b : a; }}
                 : BinaryRow::Real{[](double a, double b) { return b < a ? b : a; }};
}

bool orders(BinaryKind k) {
  return k == BinaryKind::kMaximum || k == BinaryKind::kMinimum ||
         (k >= BinaryKind::kLess && k <= BinaryKind::kGreaterEqual);
}

template <class Load, class Store, class Function, class Finish>
void loop(EvalContext& c, Load load, Store store, Function function, Finish finish) {
  const Tensor& a = c.input(0);
  const Tensor& b = c.input(1);
  Tensor& out = c.output(0);
  BroadcastLoop<2>(out.shape, {a.shape, b.shape}).run([&](std::int64_t i, const auto& at) {
    store(out.data, i, finish(function(load(a.data, at[0]), load(b.data, at[1]))));
  });
}

void eval(const Binary& op, EvalContext& c) {
  const DType dtype = c.input(0).dtype;
  const BinaryRow& r = row_of(op.kind);
  if (!op.stored && c.input(0).quantization && c.input(1).quantization &&
      eval_quantized_binary(op, c))
    return;
  if (!op.stored && c.input(0).quantization && !works_on_stored(op.kind)) {
    return c.fail("no kernel for quantised " + std::string(dtype_name(dtype)), Code::kUnsupported);
  }
  if (eval_other_binary(op, c)) return;
  const Range range = activation_range(op.activation);
  if (const LoadInt load = load_int(dtype); load && r.integer) {
    if (divides(op.kind)) {
      const Tensor& b = c.input(1);
      for (std::int64_t i = 0; i < b.elements(); ++i)
        if (load(b.data, i) == 0) return c.fail("division by zero");
    }
    if (op.kind == BinaryKind::kRightShift) {
      const I most = bits(dtype) - 1;
      return loop(
          c, load, store_int(dtype), [&](I a, I b) { return a >> std::clamp<I>(b, 0, most); },
          [](I v) { return v; });
    }
    if (dtype == DType::kUint64 && orders(op.kind)) {
      // Signed numbers are in the order of unsigned ones once the highest bit is turned.
      const I turn = is_comparison(op.kind) ? 0 : INT64_MIN;
      return loop(
          c, load, store_int(c.output(0).dtype),
          [&](I a, I b) { return r.integer(a ^ INT64_MIN, b ^ INT64_MIN) ^ turn; },
          [](I v) { return v; });
    }
    // Beyond 2^62 there is nothing to clamp to.
    const auto bound = [](float limit, I none) {
      return std::fabs(limit) < 0x1p62f ? static_cast<I>(limit) : none;
    };
    const I low = bound(range.min, INT64_MIN), high = bound(range.max, INT64_MAX);
    return loop(c, load, store_int(c.output(0).dtype), r.integer, [&](I v) {
      return op.activation == Activation::kNone ? v : std::clamp(wrapped(v, dtype), low, high);
    });
  }
  const LoadDouble load = load_double(dtype);
  const StoreDouble store = store_double(c.output(0).dtype);
  if (!load || !store || !r.real)
    return c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
  loop(c, load, store, real_function(op), [&](double v) {
    if (op.activation == Activation::kNone) return v;
    if (op.activation == Activation::kTanh) return std::tanh(v);
    return std::isnan(v) ? v
                         : std::fmin(std::fmax(v, static_cast<double>(range.min)),
                                     static_cast<double>(range.max));
  });
}

bool lower(const Binary& op, XnnBuilder& b) {
  const BinaryRow& r = row_of(op.kind);
  if (r.xnn < 0) return b.refuse("XNNPACK has no such op");
  if (op.int8_output) return b.refuse("int16 operands");
  if (op.stored && b.input_type(0).quantized()) return b.refuse("stored numbers are meant");
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  if ((op.kind == BinaryKind::kSquaredDifference || op.kind == BinaryKind::kDiv) &&
      b.input_type(0).quantized())
    return b.refuse("XNNPACK has but scalar code for integers, and it rounds differently");
  return b.binary(static_cast<XnnBinary>(r.xnn), b.input(0), b.input(1), b.output(),
                  activation_range(op.activation));
}

}  // namespace

const OpDef Binary::kOp = define_op_table<Binary, infer, variant>("binary");
extern const EvalFacet eval_binary = eval_facet<Binary, eval>();
extern const LowerFacet lower_binary = lower_facet<Binary, lower>();

}  // namespace tare
