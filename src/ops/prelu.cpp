// PRELU in floats, int8, uint8 and int16. Quantised: two multipliers, one for each side of zero.
#include "ops/prelu.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/broadcast.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point.h"
#include "ops/common/quantized_activation.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Prelu&, InferContext& c) {
  const DType dtype = c.dtype(0);
  if (!is_float(dtype) && dtype != DType::kInt8 && dtype != DType::kUint8 &&
      dtype != DType::kInt16) {
    return c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
  }
  const bool narrow_alpha = dtype == DType::kInt16 && c.dtype(1) == DType::kInt8;
  if (!c.require(c.dtype(1) == dtype || narrow_alpha, "alpha has another type than the input"))
    return;
  const Shape out = broadcast_shape(c, c.shape(0), c.shape(1));
  if (c.ok() &&
      !c.require(compatible(out, c.shape(0)),
                 "alpha " + c.shape(1).text() + " does not broadcast to " + c.shape(0).text()))
    return;
  c.output(0, dtype, c.shape(0));
}

void eval_float32(EvalContext& c, const BroadcastLoop<2>& loop) {
  const float* x = c.input(0).as<float>().data();
  const float* alpha = c.input(1).as<float>().data();
  float* y = c.output(0).as<float>().data();
  loop.run([&](std::int64_t i, const auto& at) {
    y[i] = x[at[0]] >= 0.0f ? x[at[0]] : x[at[0]] * alpha[at[1]];
  });
}

void eval_wide(EvalContext& c, const BroadcastLoop<2>& loop) {
  const LoadDouble load = load_double(c.input(0).dtype);
  const StoreDouble store = store_double(c.output(0).dtype);
  loop.run([&](std::int64_t i, const auto& at) {
    const double x = load(c.input(0).data, at[0]);
    store(c.output(0).data, i, x >= 0 ? x : x * load(c.input(1).data, at[1]));
  });
}

// Real multipliers are products in float32, as the kernel computes them.
void eval_quantized(EvalContext& c, const BroadcastLoop<2>& loop) {
  const Tensor& x = c.input(0);
  const Tensor& alpha = c.input(1);
  Tensor& y = c.output(0);
  const QuantizedMultiplier positive =
      quantize_multiplier(static_cast<double>(x.scale() / y.scale()));
  const QuantizedMultiplier negative =
      quantize_multiplier(static_cast<double>(x.scale() * alpha.scale() / y.scale()));
  const IntRange range = quantized_activation_range(Activation::kNone, y);
  const LoadInt load = load_int(x.dtype), load_alpha = load_int(alpha.dtype);
  const StoreInt store = store_int(y.dtype);
  loop.run([&](std::int64_t i, const auto& at) {
    const auto v = static_cast<std::int32_t>(load(x.data, at[0]) - x.zero_point());
    const auto a = static_cast<std::int32_t>(load_alpha(alpha.data, at[1]) - alpha.zero_point());
    const std::int32_t scaled = v >= 0 ? multiply_by_quantized_multiplier(v, positive)
                                       : multiply_by_quantized_multiplier(v * a, negative);
    store(y.data, i, clamp_to(std::int64_t{scaled} + y.zero_point(), range));
  });
}

void eval(const Prelu&, EvalContext& c) {
  const BroadcastLoop<2> loop(c.output(0).shape, {c.input(0).shape, c.input(1).shape});
  if (c.input(0).dtype == DType::kFloat32) return eval_float32(c, loop);
  if (is_float(c.input(0).dtype)) return eval_wide(c, loop);
  eval_quantized(c, loop);
}

bool lower(const Prelu&, XnnBuilder& b) {
  if (b.input_type(0).dtype != DType::kFloat32)
    return b.refuse("XNNPACK has prelu in float32 alone");
  return b.binary(XnnBinary::kPrelu, b.input(0), b.input(1), b.output());
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(Prelu{});
}

void write_tflite(const Prelu&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_PRELU); }

}  // namespace

const OpDef Prelu::kOp = define_op<Prelu, infer>("prelu");
extern const EvalFacet eval_prelu = eval_facet<Prelu, eval>();
extern const LowerFacet lower_prelu = lower_facet<Prelu, lower>();
extern const ReadTfliteFacet read_tflite_prelu{tflite::BuiltinOperator_PRELU, read_tflite};
extern const WriteTfliteFacet write_tflite_prelu = write_tflite_facet<Prelu, write_tflite>();

}  // namespace tare
