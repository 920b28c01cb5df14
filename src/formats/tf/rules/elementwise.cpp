// Elementwise ops: those that are one op of the IR by another name, and small compositions.
#include "ir/facets.h"
#include "ops/cast.h"
#include "ops/compose.h"
#include "ops/prelu.h"
#include "ops/select.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

template <UnaryKind kind>
void unary(TfNode& n) {
  if (n.expect(1)) n.become(Unary{kind});
}

void sign(TfNode& n) {
  if (n.expect(1)) n.become(Unary{UnaryKind::kSign, 1.0f});
}

void xlog1py(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  n.output(0, g.binary(BinaryKind::kMulNoNan, g.unary(UnaryKind::kLog1p, n.input(1)), n.input(0)));
}

// The scaled function times the exponential, in double: either alone leaves float32 sooner.
template <UnaryKind scaled>
void bessel(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  const ValueId x = g.cast(n.input(0), DType::kFloat64);
  const ValueId growth = g.unary(UnaryKind::kExp, g.unary(UnaryKind::kAbs, x));
  n.output(0, g.cast(g.mul(g.unary(scaled, x), growth), n.type(0).dtype));
}

void leaky_relu(TfNode& n) {
  if (n.expect(1))
    n.become(Unary{UnaryKind::kLeakyRelu, static_cast<float>(n.number("alpha", 0.2))});
}

void elu(TfNode& n) {
  if (n.expect(1)) n.become(Unary{UnaryKind::kElu, 1.0f});
}

template <BinaryKind kind>
void binary(TfNode& n) {
  if (n.expect(2)) n.become(Binary{.kind = kind});
}

// Whole numbers are divided towards zero.
template <BinaryKind kind>
void divide(TfNode& n) {
  if (!n.expect(2)) return;
  const bool whole = is_integer(n.type(0).dtype);
  n.become(Binary{.kind = whole ? BinaryKind::kTruncateDiv : kind});
}

void add_n(TfNode& n) {
  if (!n.expect(1, INT32_MAX)) return;
  Compose g(n.builder());
  ValueId sum = n.input(0);
  for (int i = 1; i < n.inputs(); ++i) sum = g.add(sum, n.input(i));
  n.output(0, sum);
}

void bias_add(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  ValueId bias = n.input(1);
  const std::string format = n.text("data_format", "NHWC");
  if (!n.require(format == "NHWC" || format == "NCHW",
                 "data_format: expected NHWC or NCHW, got " + format))
    return;
  if (format == "NCHW" && g.rank(bias) == 1) {
    std::vector<Extent> shape{g.extent(bias, 0)};
    for (int i = 2; i < g.rank(n.input(0)); ++i) shape.emplace_back(1);
    bias = g.reshape(bias, shape);
  }
  n.output(0, g.add(n.input(0), bias));
}

void clip_by_value(TfNode& n) {
  if (!n.expect(3)) return;
  Compose g(n.builder());
  n.output(0, g.maximum(g.minimum(n.input(0), n.input(2)), n.input(1)));
}

void prelu(TfNode& n) {
  if (n.expect(2)) n.become(Prelu{});
}

void cast(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  n.output(0, g.cast(n.input(0), n.dtype("DstT")));
}

void select(TfNode& n) {
  if (n.expect(3)) n.become(Select{.broadcast = false});
}

void select_v2(TfNode& n) {
  if (n.expect(3)) n.become(Select{.broadcast = true});
}

void alias(TfNode& n) {
  if (n.expect(1, INT32_MAX)) n.output(0, n.input(0));
}

void alias_all(TfNode& n) { n.outputs(n.all_inputs()); }

void nothing(TfNode&) {}

void ensure_shape(TfNode& n) {
  if (!n.expect(1)) return;
  const Shape wanted = n.shape("shape");
  if (!n.require(compatible(wanted, n.type(0).shape),
                 "the tensor is " + n.type(0).shape.text() + ", not " + wanted.text()))
    return;
  n.output(0, n.input(0));
}

}  // namespace

extern const ReadTfFacet read_tf_abs{"Abs", unary<UnaryKind::kAbs>};
extern const ReadTfFacet read_tf_acos{"Acos", unary<UnaryKind::kAcos>};
extern const ReadTfFacet read_tf_acosh{"Acosh", unary<UnaryKind::kAcosh>};
extern const ReadTfFacet read_tf_asin{"Asin", unary<UnaryKind::kAsin>};
extern const ReadTfFacet read_tf_asinh{"Asinh", unary<UnaryKind::kAsinh>};
extern const ReadTfFacet read_tf_atan{"Atan", unary<UnaryKind::kAtan>};
extern const ReadTfFacet read_tf_atanh{"Atanh", unary<UnaryKind::kAtanh>};
extern const ReadTfFacet read_tf_bessel_i0{"BesselI0", bessel<UnaryKind::kBesselI0e>};
extern const ReadTfFacet read_tf_bessel_i1{"BesselI1", bessel<UnaryKind::kBesselI1e>};
extern const ReadTfFacet read_tf_bessel_i0e{"BesselI0e", unary<UnaryKind::kBesselI0e>};
extern const ReadTfFacet read_tf_bessel_i1e{"BesselI1e", unary<UnaryKind::kBesselI1e>};
extern const ReadTfFacet read_tf_ceil{"Ceil", unary<UnaryKind::kCeil>};
extern const ReadTfFacet read_tf_cos{"Cos", unary<UnaryKind::kCos>};
extern const ReadTfFacet read_tf_cosh{"Cosh", unary<UnaryKind::kCosh>};
extern const ReadTfFacet read_tf_digamma{"Digamma", unary<UnaryKind::kDigamma>};
extern const ReadTfFacet read_tf_elu{"Elu", elu};
extern const ReadTfFacet read_tf_erf{"Erf", unary<UnaryKind::kErf>};
extern const ReadTfFacet read_tf_erfc{"Erfc", unary<UnaryKind::kErfc>};
extern const ReadTfFacet read_tf_erfinv{"Erfinv", unary<UnaryKind::kErfinv>};
extern const ReadTfFacet read_tf_exp{"Exp", unary<UnaryKind::kExp>};
extern const ReadTfFacet read_tf_expm1{"Expm1", unary<UnaryKind::kExpm1>};
extern const ReadTfFacet read_tf_floor{"Floor", unary<UnaryKind::kFloor>};
extern const ReadTfFacet read_tf_inv{"Inv", unary<UnaryKind::kReciprocal>};
extern const ReadTfFacet read_tf_invert{"Invert", unary<UnaryKind::kBitwiseNot>};
extern const ReadTfFacet read_tf_is_finite{"IsFinite", unary<UnaryKind::kIsFinite>};
extern const ReadTfFacet read_tf_is_inf{"IsInf", unary<UnaryKind::kIsInf>};
extern const ReadTfFacet read_tf_is_nan{"IsNan", unary<UnaryKind::kIsNan>};
extern const ReadTfFacet read_tf_leaky_relu{"LeakyRelu", leaky_relu};
extern const ReadTfFacet read_tf_lgamma{"Lgamma", unary<UnaryKind::kLgamma>};
extern const ReadTfFacet read_tf_log{"Log", unary<UnaryKind::kLog>};
extern const ReadTfFacet read_tf_log1p{"Log1p", unary<UnaryKind::kLog1p>};
extern const ReadTfFacet read_tf_logical_not{"LogicalNot", unary<UnaryKind::kLogicalNot>};
extern const ReadTfFacet read_tf_ndtri{"Ndtri", unary<UnaryKind::kNdtri>};
extern const ReadTfFacet read_tf_neg{"Neg", unary<UnaryKind::kNeg>};
extern const ReadTfFacet read_tf_reciprocal{"Reciprocal", unary<UnaryKind::kReciprocal>};
extern const ReadTfFacet read_tf_relu{"Relu", unary<UnaryKind::kRelu>};
extern const ReadTfFacet read_tf_relu6{"Relu6", unary<UnaryKind::kRelu6>};
extern const ReadTfFacet read_tf_rint{"Rint", unary<UnaryKind::kRound>};
extern const ReadTfFacet read_tf_round{"Round", unary<UnaryKind::kRound>};
extern const ReadTfFacet read_tf_rsqrt{"Rsqrt", unary<UnaryKind::kRsqrt>};
extern const ReadTfFacet read_tf_selu{"Selu", unary<UnaryKind::kSelu>};
extern const ReadTfFacet read_tf_sigmoid{"Sigmoid", unary<UnaryKind::kLogistic>};
extern const ReadTfFacet read_tf_sign{"Sign", sign};
extern const ReadTfFacet read_tf_sin{"Sin", unary<UnaryKind::kSin>};
extern const ReadTfFacet read_tf_sinh{"Sinh", unary<UnaryKind::kSinh>};
extern const ReadTfFacet read_tf_softplus{"Softplus", unary<UnaryKind::kSoftplus>};
extern const ReadTfFacet read_tf_softsign{"Softsign", unary<UnaryKind::kSoftsign>};
extern const ReadTfFacet read_tf_sqrt{"Sqrt", unary<UnaryKind::kSqrt>};
extern const ReadTfFacet read_tf_square{"Square", unary<UnaryKind::kSquare>};
extern const ReadTfFacet read_tf_tan{"Tan", unary<UnaryKind::kTan>};
extern const ReadTfFacet read_tf_tanh{"Tanh", unary<UnaryKind::kTanh>};

extern const ReadTfFacet read_tf_add{"Add", binary<BinaryKind::kAdd>};
extern const ReadTfFacet read_tf_add_v2{"AddV2", binary<BinaryKind::kAdd>};
extern const ReadTfFacet read_tf_atan2{"Atan2", binary<BinaryKind::kAtan2>};
extern const ReadTfFacet read_tf_bitwise_and{"BitwiseAnd", binary<BinaryKind::kBitwiseAnd>};
extern const ReadTfFacet read_tf_bitwise_or{"BitwiseOr", binary<BinaryKind::kBitwiseOr>};
extern const ReadTfFacet read_tf_bitwise_xor{"BitwiseXor", binary<BinaryKind::kBitwiseXor>};
extern const ReadTfFacet read_tf_div{"Div", divide<BinaryKind::kDiv>};
extern const ReadTfFacet read_tf_div_no_nan{"DivNoNan", binary<BinaryKind::kDivNoNan>};
extern const ReadTfFacet read_tf_equal{"Equal", binary<BinaryKind::kEqual>};
extern const ReadTfFacet read_tf_floor_div{"FloorDiv", binary<BinaryKind::kFloorDiv>};
extern const ReadTfFacet read_tf_floor_mod{"FloorMod", binary<BinaryKind::kFloorMod>};
extern const ReadTfFacet read_tf_greater{"Greater", binary<BinaryKind::kGreater>};
extern const ReadTfFacet read_tf_greater_equal{"GreaterEqual", binary<BinaryKind::kGreaterEqual>};
extern const ReadTfFacet read_tf_left_shift{"LeftShift", binary<BinaryKind::kLeftShift>};
extern const ReadTfFacet read_tf_less{"Less", binary<BinaryKind::kLess>};
extern const ReadTfFacet read_tf_less_equal{"LessEqual", binary<BinaryKind::kLessEqual>};
extern const ReadTfFacet read_tf_logical_and{"LogicalAnd", binary<BinaryKind::kLogicalAnd>};
extern const ReadTfFacet read_tf_logical_or{"LogicalOr", binary<BinaryKind::kLogicalOr>};
extern const ReadTfFacet read_tf_maximum{"Maximum", binary<BinaryKind::kMaximum>};
extern const ReadTfFacet read_tf_minimum{"Minimum", binary<BinaryKind::kMinimum>};
extern const ReadTfFacet read_tf_mod{"Mod", binary<BinaryKind::kMod>};
extern const ReadTfFacet read_tf_mul{"Mul", binary<BinaryKind::kMul>};
extern const ReadTfFacet read_tf_mul_no_nan{"MulNoNan", binary<BinaryKind::kMulNoNan>};
extern const ReadTfFacet read_tf_not_equal{"NotEqual", binary<BinaryKind::kNotEqual>};
extern const ReadTfFacet read_tf_pow{"Pow", binary<BinaryKind::kPow>};
extern const ReadTfFacet read_tf_real_div{"RealDiv", divide<BinaryKind::kDiv>};
extern const ReadTfFacet read_tf_right_shift{"RightShift", binary<BinaryKind::kRightShift>};
extern const ReadTfFacet read_tf_squared_difference{"SquaredDifference",
                                                    binary<BinaryKind::kSquaredDifference>};
extern const ReadTfFacet read_tf_sub{"Sub", binary<BinaryKind::kSub>};
extern const ReadTfFacet read_tf_truncate_div{"TruncateDiv", binary<BinaryKind::kTruncateDiv>};
extern const ReadTfFacet read_tf_truncate_mod{"TruncateMod", binary<BinaryKind::kMod>};
extern const ReadTfFacet read_tf_xdivy{"Xdivy", binary<BinaryKind::kXdivy>};
extern const ReadTfFacet read_tf_xlog1py{"Xlog1py", xlog1py};
extern const ReadTfFacet read_tf_xlogy{"Xlogy", binary<BinaryKind::kXlogy>};

extern const ReadTfFacet read_tf_add_n{"AddN", add_n};
extern const ReadTfFacet read_tf_assert{"Assert", nothing};
extern const ReadTfFacet read_tf_bias_add{"BiasAdd", bias_add};
extern const ReadTfFacet read_tf_bias_add_v1{"BiasAddV1", bias_add};
extern const ReadTfFacet read_tf_cast{"Cast", cast};
extern const ReadTfFacet read_tf_check_numerics{"CheckNumerics", alias};
extern const ReadTfFacet read_tf_clip_by_value{"ClipByValue", clip_by_value};
extern const ReadTfFacet read_tf_ensure_shape{"EnsureShape", ensure_shape};
extern const ReadTfFacet read_tf_identity{"Identity", alias};
extern const ReadTfFacet read_tf_identity_n{"IdentityN", alias_all};
extern const ReadTfFacet read_tf_no_op{"NoOp", nothing};
extern const ReadTfFacet read_tf_placeholder_with_default{"PlaceholderWithDefault", alias};
extern const ReadTfFacet read_tf_prelu{"Prelu", prelu};
extern const ReadTfFacet read_tf_prevent_gradient{"PreventGradient", alias};
extern const ReadTfFacet read_tf_print{"Print", alias};
extern const ReadTfFacet read_tf_select{"Select", select};
extern const ReadTfFacet read_tf_select_v2{"SelectV2", select_v2};
extern const ReadTfFacet read_tf_snapshot{"Snapshot", alias};
extern const ReadTfFacet read_tf_stop_gradient{"StopGradient", alias};
extern const ReadTfFacet read_tf_accumulate_nv2{"AccumulateNV2", add_n};
extern const ReadTfFacet read_tf_guarantee_const{"GuaranteeConst", alias};
extern const ReadTfFacet read_tf_ref_identity{"RefIdentity", alias};
extern const ReadTfFacet read_tf_debug_identity{"DebugIdentity", alias};
}  // namespace tare
