// SOFTMAX over the last dimension, with the largest element taken away first so that exp cannot overflow.
// Quantised: the output's scale is 1/256 (int8: zero point -128) or 1/32768 (int16), as the TFLite specification says.
#include "ops/softmax.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Softmax&, InferContext& c) {
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() >= 1, "a scalar has no last dimension")) return;
  c.output(0, c.dtype(0), c.shape(0));
}

Cost cost(const Softmax&, const NodeTypes& t) { return {.macs = 0, .flops = 5 * t.outputs[0].shape.checked_elements().value_or(0)}; }

void softmax_row(const float* in, float* out, std::int64_t n, float beta) {
  const float largest = *std::max_element(in, in + n);
  float sum = 0.0f;
  for (std::int64_t i = 0; i < n; ++i) {
    out[i] = std::exp((in[i] - largest) * beta);
    sum += out[i];
  }
  for (std::int64_t i = 0; i < n; ++i) out[i] /= sum;
}

void eval(const Softmax& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const std::int64_t width = in.shape.back();
  if (in.elements() == 0) return;
  const std::int64_t rows = in.elements() / width;
  if (in.dtype == DType::kFloat32) {
    for (std::int64_t r = 0; r < rows; ++r) softmax_row(in.as<float>().data() + r * width, out.as<float>().data() + r * width, width, op.beta);
    return;
  }
  c.fail("softmax: no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
}

bool lower(const Softmax& op, XnnBuilder& b) {
  if (op.beta != 1.0f) return b.refuse("beta is not 1");
  return b.softmax(b.input(0), b.output());
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(Softmax{n.options<tflite::SoftmaxOptions>().beta()});
}

void write_tflite(const Softmax& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_SOFTMAX, tflite::CreateSoftmaxOptions(w.fbb(), op.beta), w.input_type(0).dtype == DType::kInt8 ? 2 : 1);
}

}  // namespace

const OpDef Softmax::kOp = define_op<Softmax, infer, cost>("softmax");
extern const EvalFacet eval_softmax = eval_facet<Softmax, eval>();
extern const LowerFacet lower_softmax = lower_facet<Softmax, lower>();
extern const ReadTfliteFacet read_tflite_softmax{tflite::BuiltinOperator_SOFTMAX, read_tflite};
extern const WriteTfliteFacet write_tflite_softmax = write_tflite_facet<Softmax, write_tflite>();

}  // namespace tare
