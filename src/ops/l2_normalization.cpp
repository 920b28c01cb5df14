// L2_NORMALIZATION in floats, int8 and uint8. 8-bit outputs have scale 1/128 and zero point 0 or
// 128.
#include "ops/l2_normalization.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point_functions.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const L2Normalization&, InferContext& c) {
  const DType dtype = c.dtype(0);
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() >= 1, "a scalar has no last dimension"))
    return;
  if (!is_float(dtype) && dtype != DType::kInt8 && dtype != DType::kUint8) {
    return c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
  }
  c.output(0, dtype, c.shape(0));
}

Cost cost(const L2Normalization&, const NodeTypes& t) {
  return {.macs = 0, .flops = 3 * t.outputs[0].shape.checked_elements().value_or(0)};
}

void normalise_row(const float* in, float* out, std::int64_t width, float epsilon) {
  float sum = 0.0f;
  for (std::int64_t i = 0; i < width; ++i) sum += in[i] * in[i];
  const float norm = std::max(std::sqrt(sum), epsilon);
  for (std::int64_t i = 0; i < width; ++i) out[i] = in[i] / norm;
}

// Other widths, through double.
void normalise_wide_row(const L2Normalization& op, const Tensor& in, Tensor& out,
                        std::int64_t first, std::int64_t width) {
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  double sum = 0;
  for (std::int64_t i = 0; i < width; ++i)
    sum += load(in.data, first + i) * load(in.data, first + i);
  const double norm = std::max(std::sqrt(sum), static_cast<double>(op.epsilon));
  for (std::int64_t i = 0; i < width; ++i)
    store(out.data, first + i, load(in.data, first + i) / norm);
}

// The kernels differ: uint8 scales by 128 before the multiplier rounds, int8 within it.
void normalise_8_bit_row(const Tensor& in, Tensor& out, std::int64_t first, std::int64_t width) {
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  const auto difference = [&](std::int64_t i) {
    return static_cast<std::int32_t>(load(in.data, first + i) - in.zero_point());
  };
  std::uint32_t sum = 0;
  for (std::int64_t i = 0; i < width; ++i)
    sum += static_cast<std::uint32_t>(difference(i) * difference(i));
  const QuantizedMultiplier inverse = inverse_square_root(static_cast<std::int32_t>(sum));
  for (std::int64_t i = 0; i < width; ++i) {
    if (in.dtype == DType::kUint8) {
      const std::int32_t v = 128 + multiply_by_quantized_multiplier(128 * difference(i), inverse);
      store(out.data, first + i, std::clamp(v, 0, 255));
    } else {
      const std::int32_t v =
          multiply_by_quantized_multiplier(difference(i), {inverse.multiplier, inverse.shift + 7});
      store(out.data, first + i, std::clamp(v, -128, 127));
    }
  }
}

void eval(const L2Normalization& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (in.elements() == 0) return;
  const std::int64_t width = in.shape.back();
  for (std::int64_t first = 0; first < in.elements(); first += width) {
    if (in.dtype == DType::kFloat32)
      normalise_row(in.as<float>().data() + first, out.as<float>().data() + first, width,
                    op.epsilon);
    else if (is_float(in.dtype))
      normalise_wide_row(op, in, out, first, width);
    else
      normalise_8_bit_row(in, out, first, width);
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto activation =
      n.activation(n.options<tflite::L2NormOptions>().fused_activation_function());
  const TensorType& out = n.output_type(0);
  if (!is_float(out.dtype)) {
    n.require(n.type(0).quantized() && out.quantized() && out.scale() == 1.0f / 128 &&
                  out.zero_point() == (out.dtype == DType::kUint8 ? 128 : 0),
              "the output's scale must be 1/128 and its zero point the middle number");
  }
  if (n.require(activation == Activation::kNone, "a fused activation has no kernel"))
    n.emit(L2Normalization{});
}

void write_tflite(const L2Normalization& op, TfliteWriter& w) {
  if (op.epsilon != L2Normalization{}.epsilon) return w.refuse("TFLite divides by 1e-6 at least");
  w.builtin(tflite::BuiltinOperator_L2_NORMALIZATION, tflite::CreateL2NormOptions(w.fbb()),
            w.input_type(0).dtype == DType::kInt8 ? 2 : 1);
}

}  // namespace

const OpDef L2Normalization::kOp = define_op<L2Normalization, infer, cost>("l2_normalization");
extern const EvalFacet eval_l2_normalization = eval_facet<L2Normalization, eval>();
extern const ReadTfliteFacet read_tflite_l2_normalization{tflite::BuiltinOperator_L2_NORMALIZATION,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_l2_normalization =
    write_tflite_facet<L2Normalization, write_tflite>();

}  // namespace tare
