// Reference kernels of fully connected layers: a convolution of single points, one for each row.
#include <algorithm>
#include <cstring>

#include "ir/facets.h"
#include "ops/common/convolution_types.h"
#include "ops/fully_connected/kernels.h"

namespace tare {
namespace {

ConvolutionRun run_of(const FullyConnected& op, EvalContext& c) {
  const auto [rows, width, outputs] = fully_connected_extents(c);
  const Tensor& w = c.input(1);
  ConvolutionRun run{
      .shape = {.batch = rows, .group_inputs = width, .group_outputs = outputs},
      .weights = {.weights = &w, .column_stride = width, .zero_point = w.zero_point()},
      .activation = op.activation,
      .narrow = Rounding::kReal,
      .wide = Rounding::kReal,
      .asymmetric = op.asymmetric_quantize_inputs};
  const bool one_scale = !w.quantization || w.quantization->scales.size() == 1;
  if (c.input(0).dtype == DType::kUint8 && c.output(0).dtype == DType::kInt16) {
    run.narrow = Rounding::kTwice;
    run.product_in_float = true;
  } else if (w.dtype == DType::kInt16) {
    run.wide = Rounding::kWide;
    run.product_in_float = one_scale;
  }
  return run;
}

void eval(const FullyConnected& op, EvalContext& c) {
  const Tensor& w = c.input(1);
  if (c.output(0).elements() == 0) return;
  if (w.shape[1] == 0) {  // without inputs TFLite gives 0, not the bias
    std::memset(c.output(0).data, 0, c.output(0).size);
    return;
  }
  if (op.shuffled_weights) return eval_shuffled(op, c);
  if (w.quantization && w.quantization->block_size != 0) return eval_blockwise(op, c);
  run_convolution(c, run_of(op, c));
}

}  // namespace

FullyConnectedExtents fully_connected_extents(EvalContext& c) {
  const Shape& w = c.input(1).shape;
  return {w[0] == 0 ? 0 : c.output(0).elements() / w[0], w[1], w[0]};
}

extern const EvalFacet eval_fully_connected = eval_facet<FullyConnected, eval>();

}  // namespace tare
