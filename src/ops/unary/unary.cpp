// Elementwise ops of one input: definition, kernel, lowering.
#include "ops/unary/unary.h"

#include "ir/facets.h"
#include "ops/common/complex_unary.h"
#include "ops/common/elements.h"
#include "ops/common/quantized_unary.h"
#include "ops/unary/rows.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

std::string_view variant(const Unary& op) { return name_of(op.kind); }

bool is_test(UnaryKind k) {
  return k == UnaryKind::kIsFinite || k == UnaryKind::kIsInf || k == UnaryKind::kIsNan;
}

void infer(const Unary& op, InferContext& c) {
  c.output(0, is_test(op.kind) ? DType::kBool : c.dtype(0), c.shape(0));
}

void eval(const Unary& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const UnaryRow& r = row_of(op.kind);
  const std::int64_t count = in.elements();
  if (in.quantization && eval_quantized_unary({op, r.real}, c)) return;
  if (const LoadInt load = load_int(in.dtype); load && r.integer) {
    const StoreInt store = store_int(out.dtype);
    for (std::int64_t i = 0; i < count; ++i) store(out.data, i, r.integer(load(in.data, i)));
    return;
  }
  if (eval_complex_unary(op, c)) return;
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  if (!load || !store || !r.real || in.quantization) {
    return c.fail("no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
  }
  for (std::int64_t i = 0; i < count; ++i) store(out.data, i, r.real(load(in.data, i), op.alpha));
}

// XNNPACK takes square roots by Newton's steps on x86, which make infinity NaN; its own reciprocal
// square root does so elsewhere too.
#ifdef __x86_64__
constexpr bool kExactRoots = false;
#else
constexpr bool kExactRoots = true;
#endif

bool lower_rsqrt(XnnBuilder& b) {
  if (b.input_type(0).dtype != DType::kFloat32) return b.refuse("negative inputs are an error");
  constexpr float kOne = 1.0f;
  const XnnValue reciprocal = b.temporary(b.output_type());
  const XnnValue one = b.constant(tensor_type(DType::kFloat32, {1}),
                                  Buffer::copy_of(std::as_bytes(std::span(&kOne, 1))));
  return b.binary(XnnBinary::kDivide, one, b.input(0), reciprocal) &&
         b.unary(XnnUnary::kSquareRoot, reciprocal, b.output());
}

bool lower(const Unary& op, XnnBuilder& b) {
  const bool root = op.kind == UnaryKind::kRsqrt || op.kind == UnaryKind::kSqrt;
  if (root && !kExactRoots) return b.refuse("XNNPACK's square root of infinity is NaN here");
  if (op.kind == UnaryKind::kRsqrt) return lower_rsqrt(b);
  const UnaryRow& r = row_of(op.kind);
  if (r.xnn < 0) return b.refuse("XNNPACK has no such op");
  if (b.input_type(0).quantized()) {
    if (op.kind == UnaryKind::kNeg) return b.refuse("the stored numbers are negated");
    if (op.kind == UnaryKind::kLog || op.kind == UnaryKind::kSqrt)
      return b.refuse("XNNPACK rounds differently, and takes negative inputs");
  }
  const auto kind = static_cast<XnnUnary>(r.xnn);
  const XnnValue in = b.input(0);
  const XnnValue out = b.output();
  constexpr float kInfinity = __builtin_inff();
  switch (op.kind) {
    case UnaryKind::kRelu:
      return b.unary(kind, in, out, 0.0f, kInfinity);
    case UnaryKind::kRelu0To1:
      return b.unary(kind, in, out, 0.0f, 1.0f);
    case UnaryKind::kRelu6:
      return b.unary(kind, in, out, 0.0f, 6.0f);
    case UnaryKind::kReluN1To1:
      return b.unary(kind, in, out, -1.0f, 1.0f);
    default:
      return b.unary(kind, in, out, op.alpha);
  }
}

}  // namespace

const OpDef Unary::kOp = define_op_table<Unary, infer, variant>("unary");
extern const EvalFacet eval_unary = eval_facet<Unary, eval>();
extern const LowerFacet lower_unary = lower_facet<Unary, lower>();

}  // namespace tare
