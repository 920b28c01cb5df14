// Reference kernels of fully connected layers. Rows are the input's elements cut by the weights' width.
#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/fixed_point.h"
#include "ops/common/quantized_activation.h"
#include "ops/fully_connected/fully_connected.h"

namespace tare {
namespace {

struct Extents {
  std::int64_t rows, width, outputs;
};

Extents extents(EvalContext& c) {
  const Shape& w = c.input(1).shape;
  return {w[0] == 0 ? 0 : c.output(0).elements() / w[0], w[1], w[0]};
}

float activate(float v, Activation activation, Range range) {
  if (activation == Activation::kTanh) return std::tanh(v);
  if (activation == Activation::kSignBit) return std::signbit(v) ? 1.0f : 0.0f;
  return std::min(std::max(v, range.min), range.max);
}

// Weights of any float type, or integers with their scales (what XNNPACK and wider kernels see too).
void eval_float(const FullyConnected& op, EvalContext& c) {
  const auto [rows, width, outputs] = extents(c);
  const float* x = c.input(0).as<float>().data();
  const Tensor& w = c.input(1);
  const LoadDouble weight = load_double(w.dtype);
  const LoadDouble bias = c.has(2) ? load_double(c.input(2).dtype) : nullptr;
  const Range range = activation_range(op.activation);
  float* y = c.output(0).as<float>().data();
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      float sum = 0.0f;
      for (std::int64_t i = 0; i < width; ++i) sum += x[r * width + i] * static_cast<float>(weight(w.data, o * width + i));
      if (bias) sum += static_cast<float>(bias(c.input(2).data, o));
      y[r * outputs + o] = activate(sum, op.activation, range);
    }
  }
}

void eval(const FullyConnected& op, EvalContext& c) {
  const DType x = c.input(0).dtype;
  const DType w = c.input(1).dtype;
  if (x == DType::kFloat32 && is_float(w)) return eval_float(op, c);
  c.fail("no kernel for input " + std::string(dtype_name(x)) + " with weights " + std::string(dtype_name(w)), Code::kUnsupported);
}

}  // namespace

extern const EvalFacet eval_fully_connected = eval_facet<FullyConnected, eval>();

}  // namespace tare
