// QUANTIZE. Source: TFLite quantize.cc: floats divide by the scale and round half away from zero;
// integers go through a fixed-point multiplier.
#include "ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Quantize& op, InferContext& c) { c.output(0, op.to, c.shape(0)); }

// Which scale an element of a per-channel tensor has: its place along the axis.
struct Channels {
  std::int64_t inner = 1, extent = 1;

  Channels(const Tensor& t) {
    if (t.quantization == nullptr || !t.quantization->per_channel()) return;
    extent = t.shape[t.quantization->axis];
    for (int d = t.quantization->axis + 1; d < t.shape.rank(); ++d) inner *= t.shape[d];
  }
  std::size_t of(std::int64_t i) const { return static_cast<std::size_t>(i / inner % extent); }
};

void from_float(EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadDouble load = load_double(in.dtype);
  const StoreInt store = store_int(out.dtype);
  const Quantization& q = *out.quantization;
  const Channels channels(out);
  const IntRange range = int_range(out.dtype);
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    const std::size_t k = q.per_channel() ? channels.of(i) : 0;
    const float steps = std::round(static_cast<float>(load(in.data, i)) / q.scales[k]);
    const double v =
        std::isnan(steps) ? q.zero_points[k] : static_cast<double>(steps) + q.zero_points[k];
    store(out.data, i, static_cast<std::int64_t>(std::clamp<double>(v, range.min, range.max)));
  }
}

void from_quantized(EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (!c.require(in.quantization && out.quantization && load_int(in.dtype) && store_int(out.dtype),
                 "only quantised integers are quantised anew"))
    return;
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  const QuantizedMultiplier m =
      quantize_multiplier(static_cast<double>(in.scale()) / static_cast<double>(out.scale()));
  const IntRange range = int_range(out.dtype);
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    const auto v = static_cast<std::int32_t>(load(in.data, i) - in.zero_point());
    const std::int64_t q =
        static_cast<std::int64_t>(multiply_by_quantized_multiplier(v, m)) + out.zero_point();
    store(out.data, i, std::clamp<std::int64_t>(q, range.min, range.max));
  }
}

void eval(const Quantize&, EvalContext& c) {
  if (!c.require(c.output(0).quantization != nullptr && store_int(c.output(0).dtype) != nullptr,
                 "the output has no quantisation"))
    return;
  if (is_float(c.input(0).dtype)) return from_float(c);
  from_quantized(c);
}

bool lower(const Quantize&, XnnBuilder& b) {
  if (b.input_type(0).dtype != DType::kFloat32) {
    // XNNPACK's requantisation rounds otherwise than the reference: within one step, so it may
    // stand in.
    if (b.input_type(0).dtype != b.output_type().dtype)
      return b.refuse("between different integer types");
  }
  return b.unary(XnnUnary::kConvert, b.input(0), b.output());
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  if (n.require(n.output_type(0).quantized(), "the output has no quantisation"))
    n.emit(Quantize{.to = n.output_type(0).dtype});
}

void write_tflite(const Quantize&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_QUANTIZE, 3);
}

}  // namespace

const OpDef Quantize::kOp = define_op<Quantize, infer>("quantize");
extern const EvalFacet eval_quantize = eval_facet<Quantize, eval>();
extern const LowerFacet lower_quantize = lower_facet<Quantize, lower>();
extern const ReadTfliteFacet read_tflite_quantize{tflite::BuiltinOperator_QUANTIZE, read_tflite};
extern const WriteTfliteFacet write_tflite_quantize = write_tflite_facet<Quantize, write_tflite>();

}  // namespace tare
