// SOFTMAX over the last dimension, with the largest element taken away first so that exp cannot
// overflow. Quantised: the output's scale is 1/256 (int8: zero point -128), for int16 1/32768, or
// 1/65536 and zero point -32768 after 8-bit input, as the TFLite specification says.
#include "ops/softmax.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point_functions.h"
#include "ops/common/int16_table.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

bool has_kernel(DType in, DType out) {
  if (in == out)
    return (is_float(in)) || in == DType::kInt8 || in == DType::kUint8 || in == DType::kInt16;
  return out == DType::kInt16 && (in == DType::kInt8 || in == DType::kUint8);
}

void infer(const Softmax& op, InferContext& c) {
  const DType in = c.dtype(0), out = op.output_dtype.value_or(in);
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() >= 1, "a scalar has no last dimension"))
    return;
  if (!has_kernel(in, out)) {
    return c.fail("no kernel for input " + std::string(dtype_name(in)) + " with output " +
                      std::string(dtype_name(out)),
                  Code::kUnsupported);
  }
  if (in == DType::kInt16 &&
      !c.require(c.type(0).zero_point() == 0, "int16 input must have zero point 0"))
    return;
  c.output(0, out, c.shape(0));
}

Cost cost(const Softmax&, const NodeTypes& t) {
  return {.macs = 0, .flops = 5 * t.outputs[0].shape.checked_elements().value_or(0)};
}

struct Rows {
  std::int64_t count, width;
};

void softmax_row(const float* in, float* out, std::int64_t n, float beta) {
  const float largest = *std::max_element(in, in + n);
  float sum = 0.0f;
  for (std::int64_t i = 0; i < n; ++i) {
    out[i] = std::exp((in[i] - largest) * beta);
    sum += out[i];
  }
  for (std::int64_t i = 0; i < n; ++i) out[i] /= sum;
}

// Other widths, through double.
void eval_wide(const Softmax& op, const Tensor& in, Tensor& out, const Rows& rows) {
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const std::int64_t at = r * rows.width;
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t i = 0; i < rows.width; ++i)
      largest = std::max(largest, load(in.data, at + i));
    const auto power = [&](std::int64_t i) {
      return std::exp((load(in.data, at + i) - largest) * static_cast<double>(op.beta));
    };
    for (std::int64_t i = 0; i < rows.width; ++i) sum += power(i);
    for (std::int64_t i = 0; i < rows.width; ++i) store(out.data, at + i, power(i) / sum);
  }
}

// 8-bit input. Sums have 12 integer bits, so that 4096 ones fit.
void eval_8_bit(const Softmax& op, const Tensor& in, Tensor& out, const Rows& rows) {
  constexpr int kSumBits = 12;
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  const ExpScaling scaling =
      exp_scaling(static_cast<double>(op.beta), static_cast<double>(in.scale()));
  const int bits = out.dtype == DType::kInt16 ? 16 : 8;
  const std::int32_t low = out.dtype == DType::kUint8 ? 0 : -(1 << (bits - 1));
  const std::int32_t high = low + (1 << bits) - 1;
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const std::int64_t at = r * rows.width;
    std::int64_t largest = load(in.data, at);
    for (std::int64_t i = 1; i < rows.width; ++i)
      largest = std::max(largest, load(in.data, at + i));
    const auto difference = [&](std::int64_t i) {
      return static_cast<std::int32_t>(load(in.data, at + i) - largest);
    };
    const auto power = [&](std::int32_t d) {
      return exp_of_negative(multiply_by_quantized_multiplier(d, scaling.multiplier),
                             kExpIntegerBits);
    };
    std::uint32_t sum = 0;
    for (std::int64_t i = 0; i < rows.width; ++i) {
      if (const auto d = difference(i); d >= scaling.smallest)
        sum += static_cast<std::uint32_t>(rescale(power(d), 0, kSumBits));
    }
    const Reciprocal reciprocal = reciprocal_of(static_cast<std::int32_t>(sum), kSumBits);
    const int shift = std::clamp(reciprocal.bits_over_unit + 31 - bits, 0, 31);
    for (std::int64_t i = 0; i < rows.width; ++i) {
      const auto d = difference(i);
      std::int32_t v = low;
      if (d >= scaling.smallest) {
        v += rounding_divide_by_pot(
            saturating_rounding_doubling_high_mul(reciprocal.mantissa, power(d)), shift);
      }
      store(out.data, at + i, std::clamp(v, low, high));
    }
  }
}

// int16 by two tables: exp over [-10, 0], and 1 / (1 + x) over [0, 1] with x the sum's fraction.
void eval_int16(const Softmax& op, const Tensor& in, Tensor& out, const Rows& rows) {
  constexpr double kRange = 65535.0;
  const Int16Table exponential(Int16TableScales<double>{10.0 / kRange, 32767, 2.0 / kRange, 0},
                               [](double v, const void*) { return std::exp(v); });
  const Int16Table inverse(Int16TableScales<double>{1.0 / kRange, -32768, 2.0 / kRange, 0},
                           [](double v, const void*) { return 1.0 / (1.0 + v); });
  const QuantizedMultiplier scale =
      quantize_multiplier(static_cast<double>(in.scale() * op.beta) / (10.0 / 65535.0));
  const auto saturate = [](std::int32_t v) {
    return static_cast<std::int16_t>(std::clamp(v, -32768, 32767));
  };
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const std::int16_t* from = in.as<std::int16_t>().data() + r * rows.width;
    std::int16_t* to = out.as<std::int16_t>().data() + r * rows.width;
    const std::int32_t largest = *std::max_element(from, from + rows.width);
    std::uint32_t sum = 0;
    for (std::int64_t i = 0; i < rows.width; ++i) {
      const std::int32_t d =
          multiply_by_quantized_multiplier(static_cast<std::int32_t>(from[i] - largest), scale);
      to[i] = exponential(saturate(std::max(d, -70000) + 32767));
      sum += static_cast<std::uint32_t>(to[i]);
    }
    const int zeros = std::countl_zero(sum);
    const std::int64_t shifted = ((std::int64_t{sum} << std::max(zeros - 1, 0)) + (1 << 13)) >> 14;
    const std::int64_t factor =
        inverse(saturate(static_cast<std::int32_t>(shifted - (1 << 15) - (1 << 16))));
    const int shift = std::clamp(31 - zeros, 1, 31);
    for (std::int64_t i = 0; i < rows.width; ++i) {
      const std::int64_t v = (to[i] * factor + (std::int64_t{1} << (shift - 1))) >> shift;
      to[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>(v, 0, 32767));
    }
  }
}

void eval(const Softmax& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (in.elements() == 0) return;
  const Rows rows{in.elements() / in.shape.back(), in.shape.back()};
  if (in.dtype == DType::kInt16) return eval_int16(op, in, out, rows);
  if (is_integer(in.dtype)) return eval_8_bit(op, in, out, rows);
  if (in.dtype != DType::kFloat32) return eval_wide(op, in, out, rows);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    softmax_row(in.as<float>().data() + r * rows.width, out.as<float>().data() + r * rows.width,
                rows.width, op.beta);
  }
}

bool lower(const Softmax& op, XnnBuilder& b) {
  if (op.beta != 1.0f) return b.refuse("beta is not 1");
  if (b.input_type(0).dtype != DType::kFloat32)
    return b.refuse("XNNPACK has softmax in float32 alone");
  return b.softmax(b.input(0), b.output());
}

// Kernels write one fixed quantisation, whatever the file says: it has to say that one.
void check_output(TfliteNode& n) {
  const TensorType& out = n.output_type(0);
  if (is_float(out.dtype)) return;
  const bool wide = out.dtype == DType::kInt16,
             signed_wide = wide && n.type(0).dtype == DType::kInt16;
  const float scale = signed_wide ? 1.0f / 32768 : wide ? 1.0f / 65536 : 1.0f / 256;
  const std::int32_t zero = signed_wide || out.dtype == DType::kUint8 ? 0 : wide ? -32768 : -128;
  n.require(out.quantized() && std::abs(out.scale() - scale) <= 0.001f * scale &&
                out.zero_point() == zero,
            signed_wide ? "the output's scale must be 1/32768 and its zero point 0"
                        : "the output's scale must be 1 over its numbers and its zero point the "
                          "smallest of them");
  n.require(n.type(0).quantized(), "integer input without quantisation");
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  check_output(n);
  const DType out = n.output_type(0).dtype;
  n.emit(Softmax{.beta = n.options<tflite::SoftmaxOptions>().beta(),
                 .output_dtype = out == n.type(0).dtype ? std::nullopt : std::optional(out)});
}

void write_tflite(const Softmax& op, TfliteWriter& w) {
  const DType in = w.input_type(0).dtype;
  const int version = in == DType::kInt16 || w.output_type(0).dtype == DType::kInt16 ? 3
                      : in == DType::kInt8                                           ? 2
                                                                                     : 1;
  w.builtin(tflite::BuiltinOperator_SOFTMAX, tflite::CreateSoftmaxOptions(w.fbb(), op.beta),
            version);
}

}  // namespace

const OpDef Softmax::kOp = define_op<Softmax, infer, cost>("softmax");
extern const EvalFacet eval_softmax = eval_facet<Softmax, eval>();
extern const LowerFacet lower_softmax = lower_facet<Softmax, lower>();
extern const ReadTfliteFacet read_tflite_softmax{tflite::BuiltinOperator_SOFTMAX, read_tflite};
extern const WriteTfliteFacet write_tflite_softmax = write_tflite_facet<Softmax, write_tflite>();

}  // namespace tare
