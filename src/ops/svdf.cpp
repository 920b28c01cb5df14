// The memory is shifted by one over its whole length, newest last; what crosses from one filter to
// the next is overwritten at once.
#include "ops/svdf.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/fixed_point.h"
#include "ops/common/quantized_activation.h"
#include "ops/common/requantize.h"
#include "ops/common/row_products.h"
#include "ops/common/run_vector.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

Dim dim(const Shape& s, int i) { return s.ranked() && i < s.rank() ? s[i] : kUnknownDim; }

bool check_types(InferContext& c) {
  const DType x = c.dtype(0), feature = c.dtype(1), time = c.dtype(2);
  const bool integer = x == DType::kInt8;
  const bool hybrid = x == DType::kFloat32 && (feature == DType::kInt8 || feature == DType::kUint8);
  const bool fits = integer
                        ? feature == DType::kInt8 && (time == DType::kInt16 || time == DType::kInt8)
                    : hybrid ? time == feature
                             : x == DType::kFloat32 && feature == x && time == x;
  if (!fits) {
    c.fail("no kernel for input " + std::string(dtype_name(x)) + " with weights " +
               std::string(dtype_name(feature)) + " and " + std::string(dtype_name(time)),
           Code::kUnsupported);
    return false;
  }
  if (!c.require(c.dtype(4) == (integer ? time : DType::kFloat32), "state: wrong element type"))
    return false;
  if (!c.require(!c.has(3) || c.dtype(3) == (integer ? DType::kInt32 : DType::kFloat32),
                 "bias: wrong element type"))
    return false;
  for (const int i : {0, 1, 2, 4}) {
    const bool needs_scale = integer || (hybrid && (i == 1 || i == 2));
    if (needs_scale && !c.require(c.type(i).quantization && c.type(i).quantization->per_tensor(),
                                  "input " + std::to_string(i) + ": expected one scale"))
      return false;
  }
  return true;
}

void infer(const Svdf& op, InferContext& c) {
  if (!c.require(c.inputs() == 5 && c.has(4), "expected 5 inputs")) return;
  if (!check_types(c) ||
      !c.require(op.rank >= 1, "rank must be positive, got " + std::to_string(op.rank)))
    return;
  const Dim batch = dim(c.shape(0), 0), inputs = dim(c.shape(0), 1), filters = dim(c.shape(1), 0),
            memory = dim(c.shape(2), 1);
  if (!c.require(!is_known(filters) || filters % op.rank == 0,
                 "rank " + std::to_string(op.rank) + " does not divide " + std::to_string(filters) +
                     " filters"))
    return;
  if (!c.require(memory != 0, "time weights: no memory")) return;
  const Dim units = is_known(filters) ? filters / op.rank : kUnknownDim;
  const auto cells = is_known(filters) && is_known(memory) ? checked_mul(filters, memory)
                                                           : std::optional<Dim>(kUnknownDim);
  if (!c.require(cells.has_value(), "too many filters")) return;
  const std::pair<int, Shape> wanted[] = {{0, {batch, inputs}},
                                          {1, {filters, inputs}},
                                          {2, {filters, memory}},
                                          {3, {units}},
                                          {4, {kUnknownDim, *cells}}};
  for (const auto& [i, shape] : wanted) {
    if (c.has(i) &&
        !c.require(compatible(c.shape(i), shape), "input " + std::to_string(i) + ": expected " +
                                                      shape.text() + ", got " + c.shape(i).text()))
      return;
  }
  if (!c.require(c.value(4).is_variable, "the state must be a variable")) return;
  if (is_known(batch) && is_known(*cells)) c.variable_shape(4, {batch, *cells});
  c.output(0, c.dtype(0), {batch, units});
}

Cost cost(const Svdf&, const NodeTypes& t) {
  const std::int64_t batch = dim(t.outputs[0].shape, 0);
  const std::int64_t weights = t.inputs[1].shape.checked_elements().value_or(0) +
                               t.inputs[2].shape.checked_elements().value_or(0);
  const std::int64_t macs =
      is_known(batch) ? checked_mul(batch, weights).value_or(INT64_MAX / 4) : 0;
  return {.macs = macs, .flops = 2 * macs};
}

struct Sizes {
  std::int64_t batch, inputs, filters, memory, rank;
  explicit Sizes(const Svdf& op, EvalContext& c)
      : batch(c.input(0).shape[0]),
        inputs(c.input(0).shape[1]),
        filters(c.input(1).shape[0]),
        memory(c.input(2).shape[1]),
        rank(op.rank) {}
  std::int64_t units() const { return filters / rank; }
};

template <class T>
T* shifted_state(EvalContext& c) {
  Tensor& state = c.variable(4);
  if (state.size > sizeof(T))
    std::memmove(state.data, state.data + sizeof(T), state.size - sizeof(T));
  return reinterpret_cast<T*>(state.data);
}

void eval_float(const Svdf& op, const Sizes& s, EvalContext& c) {
  const Tensor& time = c.input(2);
  const bool hybrid = is_run_time_quantised(&c.input(1));
  ScratchParts parts;
  RunVector x(parts, s.inputs, s.filters, hybrid);
  const std::size_t features_part = parts.add<float>(s.filters);
  if (!parts.allocate(c)) return;
  x.bind(parts);
  float* features = parts.at<float>(features_part);
  float* state = shifted_state<float>(c);
  const Range range = activation_range(op.activation);
  const float* float_time = time.as<float>().data();
  const std::int8_t* narrow_time = time.as<std::int8_t>().data();
  for (std::int64_t b = 0; b < s.batch; ++b, state += s.filters * s.memory) {
    std::fill(features, features + s.filters, 0.0f);
    x.set(c.input(0).as<float>().data() + b * s.inputs, op.asymmetric_quantize_inputs);
    x.add_products(c.input(1), s.filters, features);
    for (std::int64_t f = 0; f < s.filters; ++f) {
      float* memory = state + f * s.memory;
      memory[s.memory - 1] = features[f];
      float sum = 0.0f;
      for (std::int64_t m = 0; m < s.memory; ++m) {
        const std::int64_t at = f * s.memory + m;
        sum += (hybrid ? static_cast<float>(narrow_time[at]) * time.scale() : float_time[at]) *
               memory[m];
      }
      features[f] = sum;
    }
    for (std::int64_t u = 0; u < s.units(); ++u) {
      float sum = 0.0f;
      for (std::int64_t r = 0; r < s.rank; ++r) sum += features[u * s.rank + r];
      if (c.has(3)) sum += c.input(3).as<float>()[static_cast<std::size_t>(u)];
      c.output(0).as<float>()[static_cast<std::size_t>(b * s.units() + u)] =
          activate(sum, op.activation, range);
    }
  }
}

// Time weights and state are of type T.
template <class T>
void eval_integer(const Sizes& s, EvalContext& c) {
  const auto scale = [](const Tensor& t) { return static_cast<double>(t.scale()); };
  const Tensor& out = c.output(0);
  const QuantizedMultiplier into =
      quantize_multiplier(scale(c.input(0)) * scale(c.input(1)) / scale(c.input(4)));
  const QuantizedMultiplier out_of =
      quantize_multiplier(scale(c.input(4)) * scale(c.input(2)) / scale(out));
  ScratchParts parts;
  const std::size_t x_part = parts.add<std::int16_t>(s.inputs),
                    features_part = parts.add<std::int32_t>(s.filters);
  if (!parts.allocate(c)) return;
  auto* x = parts.at<std::int16_t>(x_part);
  auto* features = parts.at<std::int32_t>(features_part);
  constexpr IntRange kStateRange = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
  const std::int32_t state_zero = c.input(4).zero_point();
  T* state = shifted_state<T>(c);
  const T* time = c.input(2).as<T>().data();
  for (std::int64_t b = 0; b < s.batch; ++b, state += s.filters * s.memory) {
    const std::int8_t* from = c.input(0).as<std::int8_t>().data() + b * s.inputs;
    for (std::int64_t i = 0; i < s.inputs; ++i)
      x[i] = static_cast<std::int16_t>(from[i] - c.input(0).zero_point());
    row_products({s.filters, s.inputs}, c.input(1).as<std::int8_t>().data(), x, features);
    for (std::int64_t u = 0; u < s.units(); ++u) {
      // Sums wrap at 32 bits as the reference's do.
      std::uint32_t sum = c.has(3) ? static_cast<std::uint32_t>(
                                         c.input(3).as<std::int32_t>()[static_cast<std::size_t>(u)])
                                   : 0u;
      for (std::int64_t f = u * s.rank; f < (u + 1) * s.rank; ++f) {
        T* memory = state + f * s.memory;
        const std::int32_t feature = multiply_by_quantized_multiplier(features[f], into);
        memory[s.memory - 1] =
            static_cast<T>(clamp_to(static_cast<std::int64_t>(feature) + state_zero, kStateRange));
        for (std::int64_t m = 0; m < s.memory; ++m)
          sum += static_cast<std::uint32_t>(time[f * s.memory + m] * (memory[m] - state_zero));
      }
      const std::int32_t scaled =
          multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), out_of);
      c.output(0).as<std::int8_t>()[static_cast<std::size_t>(b * s.units() + u)] =
          static_cast<std::int8_t>(
              clamp_to(static_cast<std::int64_t>(scaled) + out.zero_point(), {-128, 127}));
    }
  }
}

void eval(const Svdf& op, EvalContext& c) {
  const Sizes s(op, c);
  if (c.input(0).dtype != DType::kInt8) return eval_float(op, s, c);
  (c.input(2).dtype == DType::kInt8 ? eval_integer<std::int8_t> : eval_integer<std::int16_t>)(s, c);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(3, 5)) return;
  const auto& o = n.options<tflite::SVDFOptions>();
  n.emit(Svdf{.rank = n.positive(o.rank(), "rank"),
              .activation = n.activation(o.fused_activation_function()),
              .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs()});
}

void write_tflite(const Svdf& op, TfliteWriter& w) {
  const bool integer = w.input_type(0).dtype == DType::kInt8,
             hybrid = w.input_type(1).dtype != DType::kFloat32;
  const auto options = tflite::CreateSVDFOptions(w.fbb(), static_cast<std::int32_t>(op.rank),
                                                 TfliteWriter::activation(op.activation),
                                                 op.asymmetric_quantize_inputs);
  w.builtin(tflite::BuiltinOperator_SVDF, options,
            op.asymmetric_quantize_inputs ? 4
            : integer                     ? 3
            : hybrid                      ? 2
                                          : 1);
}

}  // namespace

const OpDef Svdf::kOp = define_op<Svdf, infer, cost>("svdf");
extern const EvalFacet eval_svdf = eval_facet<Svdf, eval>();
extern const ReadTfliteFacet read_tflite_svdf{tflite::BuiltinOperator_SVDF, read_tflite};
extern const WriteTfliteFacet write_tflite_svdf = write_tflite_facet<Svdf, write_tflite>();

}  // namespace tare
