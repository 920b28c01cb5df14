// LOG_SOFTMAX over the last dimension. 8-bit outputs have scale 1/16 and the type's largest number
// as zero point.
#include "ops/log_softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point_functions.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const LogSoftmax&, InferContext& c) {
  const DType in = c.dtype(0);
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() >= 1, "a scalar has no last dimension"))
    return;
  if (!is_float(in) && in != DType::kInt8 && in != DType::kUint8) {
    return c.fail("no kernel for " + std::string(dtype_name(in)), Code::kUnsupported);
  }
  c.output(0, in, c.shape(0));
}

Cost cost(const LogSoftmax&, const NodeTypes& t) {
  return {.macs = 0, .flops = 5 * t.outputs[0].shape.checked_elements().value_or(0)};
}

struct Rows {
  std::int64_t count, width;
};

void eval_float32(const Tensor& in, Tensor& out, const Rows& rows) {
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const float* from = in.as<float>().data() + r * rows.width;
    float* to = out.as<float>().data() + r * rows.width;
    const float largest = *std::max_element(from, from + rows.width);
    float sum = 0.0f;
    for (std::int64_t i = 0; i < rows.width; ++i) sum += std::exp(from[i] - largest);
    const float log_sum = std::log(sum);
    for (std::int64_t i = 0; i < rows.width; ++i) to[i] = from[i] - largest - log_sum;
  }
}

// Other widths, through double.
void eval_wide(const Tensor& in, Tensor& out, const Rows& rows) {
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const std::int64_t at = r * rows.width;
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t i = 0; i < rows.width; ++i)
      largest = std::max(largest, load(in.data, at + i));
    for (std::int64_t i = 0; i < rows.width; ++i) sum += std::exp(load(in.data, at + i) - largest);
    for (std::int64_t i = 0; i < rows.width; ++i)
      store(out.data, at + i, load(in.data, at + i) - largest - std::log(sum));
  }
}

void eval_8_bit(const Tensor& in, Tensor& out, const Rows& rows) {
  constexpr int kSumBits = 12, kOutputBits = 4;
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  const std::int32_t high = out.dtype == DType::kUint8 ? 255 : 127, low = high - 255;
  const ExpScaling scaling = exp_scaling(1.0, static_cast<double>(in.scale()));
  const double back =
      std::ldexp(1.0, 31 - scaling.multiplier.shift) / std::max(scaling.multiplier.multiplier, 1);
  const QuantizedMultiplier to_input = quantize_multiplier(back);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const std::int64_t at = r * rows.width;
    std::int64_t largest = load(in.data, at);
    for (std::int64_t i = 1; i < rows.width; ++i)
      largest = std::max(largest, load(in.data, at + i));
    const auto difference = [&](std::int64_t i) {
      return static_cast<std::int32_t>(load(in.data, at + i) - largest);
    };
    const auto scaled = [&](std::int32_t d) {
      return multiply_by_quantized_multiplier(d, scaling.multiplier);
    };
    std::uint32_t sum = 0;
    for (std::int64_t i = 0; i < rows.width; ++i) {
      const auto d = difference(i);
      if (d >= scaling.smallest)
        sum += static_cast<std::uint32_t>(
            rescale(exp_of_negative(scaled(d), kExpIntegerBits), 0, kSumBits));
    }
    const std::int32_t log_sum =
        log_of_at_least_one(static_cast<std::int32_t>(sum), kSumBits, kExpIntegerBits);
    // Differences that would leave 5 integer bits once the logarithm is taken away give the
    // smallest output.
    const auto edge =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(log_sum) + (std::uint32_t{1} << 31));
    const std::int32_t smallest =
        std::max(scaling.smallest - 1, multiply_by_quantized_multiplier(edge, to_input));
    for (std::int64_t i = 0; i < rows.width; ++i) {
      const auto d = difference(i);
      std::int32_t v = low;
      if (d > smallest) {
        const auto rest = static_cast<std::int32_t>(static_cast<std::uint32_t>(scaled(d)) -
                                                    static_cast<std::uint32_t>(log_sum));
        v = rounding_divide_by_pot(rest, 31 - kExpIntegerBits - kOutputBits) + high;
      }
      store(out.data, at + i, std::clamp(v, low, high));
    }
  }
}

void eval(const LogSoftmax&, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (in.elements() == 0) return;
  const Rows rows{in.elements() / in.shape.back(), in.shape.back()};
  if (in.dtype == DType::kFloat32) return eval_float32(in, out, rows);
  if (is_float(in.dtype)) return eval_wide(in, out, rows);
  eval_8_bit(in, out, rows);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const TensorType& out = n.output_type(0);
  if (!is_float(out.dtype)) {
    const std::int32_t zero = out.dtype == DType::kUint8 ? 255 : 127;
    n.require(n.type(0).quantized() && out.quantized() && out.scale() == 1.0f / 16 &&
                  out.zero_point() == zero,
              "the output's scale must be 1/16 and its zero point the largest number");
  }
  n.emit(LogSoftmax{});
}

void write_tflite(const LogSoftmax&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_LOG_SOFTMAX, tflite::CreateLogSoftmaxOptions(w.fbb()),
            w.input_type(0).dtype == DType::kInt8 ? 2 : 1);
}

}  // namespace

const OpDef LogSoftmax::kOp = define_op<LogSoftmax, infer, cost>("log_softmax");
extern const EvalFacet eval_log_softmax = eval_facet<LogSoftmax, eval>();
extern const ReadTfliteFacet read_tflite_log_softmax{tflite::BuiltinOperator_LOG_SOFTMAX,
                                                     read_tflite};
extern const WriteTfliteFacet write_tflite_log_softmax =
    write_tflite_facet<LogSoftmax, write_tflite>();

}  // namespace tare
