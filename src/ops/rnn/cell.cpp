// See the header. The hidden state is the last output; it is a variable, updated in place.
#include "ops/rnn/cell.h"

#include <algorithm>
#include <string>

#include "base/checked.h"
#include "ops/common/requantize.h"
#include "ops/common/run_vector.h"
#include "ops/common/vector_activations.h"

namespace tare {
namespace {

bool check_tensor(InferContext& c, int i, const Shape& shape, bool weights, const char* what) {
  const DType d = c.dtype(i);
  const bool narrow = d == DType::kInt8 || d == DType::kUint8;
  if (!(d == DType::kFloat32 || (weights && narrow))) {
    c.fail(std::string(what) + ": no kernel for " + std::string(dtype_name(d)), Code::kUnsupported);
    return false;
  }
  if (narrow && !c.require(c.type(i).quantization && c.type(i).quantization->per_tensor(),
                           std::string(what) + ": expected one scale"))
    return false;
  return c.require(compatible(c.shape(i), shape),
                   std::string(what) + ": expected " + shape.text() + ", got " + c.shape(i).text());
}

}  // namespace

Dim check_rnn(InferContext& c, const RnnPlaces& p, bool time_major) {
  const int w = p.weights;
  const Shape& x = c.shape(p.x);
  for (int i = w; i < w + 4; ++i) {
    if (!c.require(c.has(i), "input " + std::to_string(i) + " is missing")) return kUnknownDim;
  }
  if (c.dtype(p.x) != DType::kFloat32) {
    c.fail("no kernel for " + std::string(dtype_name(c.dtype(p.x))), Code::kUnsupported);
    return kUnknownDim;
  }
  const Dim units = c.shape(w).ranked() && c.shape(w).rank() > 0 ? c.shape(w)[0] : kUnknownDim;
  const Dim inputs = x.ranked() ? x.back() : kUnknownDim;
  const Dim batch = sequence_shape(x, time_major).batch;
  if (!check_tensor(c, w, {units, inputs}, true, "weights") ||
      !check_tensor(c, w + 1, {units, units}, true, "recurrent weights") ||
      !check_tensor(c, w + 2, {units}, false, "bias") ||
      !check_tensor(c, w + 3, {kUnknownDim, units}, false, "hidden state"))
    return kUnknownDim;
  if (!c.require(c.value(w + 3).is_variable, "the hidden state must be a variable"))
    return kUnknownDim;
  if (is_known(batch) && is_known(units)) c.variable_shape(w + 3, {batch, units});
  if (p.aux_weights >= 0 && c.has(p.aux_weights)) {
    const Dim aux = c.shape(p.aux).ranked() ? c.shape(p.aux).back() : kUnknownDim;
    if (!check_tensor(c, p.aux_weights, {units, aux}, true, "auxiliary weights"))
      return kUnknownDim;
  }
  return units;
}

Cost rnn_cost(const NodeTypes& t, const RnnPlaces& p) {
  const Shape& x = t.inputs[static_cast<std::size_t>(p.x)].shape;
  const std::int64_t width = x.rank() > 0 ? x.back() : 0;
  const std::int64_t rows = width > 0 ? x.checked_elements().value_or(0) / width : 0;
  std::int64_t weights = 0;
  for (const int i : {p.weights, p.weights + 1, p.aux_weights}) {
    if (i >= 0 && static_cast<std::size_t>(i) < t.inputs.size() &&
        t.inputs[static_cast<std::size_t>(i)].shape.rank() > 0) {
      weights += std::min<std::int64_t>(
          t.inputs[static_cast<std::size_t>(i)].shape.checked_elements().value_or(0),
          INT64_MAX / 8);
    }
  }
  const std::int64_t macs = checked_mul(rows, weights).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

void run_rnn(EvalContext& c, const RnnRun& run) {
  const RnnPlaces& p = run.places;
  const Tensor& x = c.input(p.x);
  const Tensor& w = c.input(p.weights);
  const Tensor& recurrent = c.input(p.weights + 1);
  const float* bias = c.input(p.weights + 2).as<float>().data();
  const Tensor* aux = p.aux >= 0 && c.has(p.aux) ? &c.input(p.aux) : nullptr;
  const Tensor* aux_weights = aux ? &c.input(p.aux_weights) : nullptr;
  const std::int64_t units = w.shape[0], inputs = w.shape[1],
                     aux_inputs = aux ? aux_weights->shape[1] : 0;
  const bool hybrid = is_run_time_quantised(&w) || is_run_time_quantised(&recurrent) ||
                      is_run_time_quantised(aux_weights);
  ScratchParts parts;
  RunVector x_row(parts, inputs, units, hybrid), aux_row(parts, aux_inputs, units, hybrid),
      h_row(parts, units, units, hybrid);
  const std::size_t sum_part = parts.add<float>(units);
  if (!parts.allocate(c)) return;
  for (RunVector* v : {&x_row, &aux_row, &h_row}) v->bind(parts);
  float* sum = parts.at<float>(sum_part);
  Tensor& output = c.output(run.output);
  const SequenceShape shape = sequence_shape(x.shape, run.time_major);
  const LstmSequence sequence{.x = &x,
                              .output = &output,
                              .output_state = {},
                              .cell_state = {},
                              .batch = shape.batch,
                              .time = shape.time,
                              .stride = output.shape.back(),
                              .time_major = run.time_major,
                              .backward = run.backward};
  const std::int64_t offset = run.last_units ? sequence.stride - units : 0;
  const Range range = activation_range(run.activation);
  sequence.each([&](std::int64_t row, std::int64_t b) {
    float* h = c.variable(p.weights + 3).as<float>().data() + b * units;
    x_row.set(x.as<float>().data() + row * inputs, run.asymmetric);
    h_row.set(h, run.asymmetric);
    std::copy(bias, bias + units, sum);
    x_row.add_products(w, units, sum);
    if (aux) {
      aux_row.set(aux->as<float>().data() + row * aux_inputs, run.asymmetric);
      aux_row.add_products(*aux_weights, units, sum);
    }
    h_row.add_products(recurrent, units, sum);
    if (run.activation == Activation::kTanh)
      apply_tanh(sum, units);
    else
      std::transform(sum, sum + units, sum,
                     [&](float v) { return activate(v, run.activation, range); });
    std::copy(sum, sum + units, h);
    std::copy(h, h + units, output.as<float>().data() + row * sequence.stride + offset);
  });
}

}  // namespace tare
