// DEQUANTIZE: scale * (stored - zero point), the product in double for per-tensor scales as TFLite
// computes it.
#include "ops/dequantize.h"

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Dequantize&, InferContext& c) { c.output(0, DType::kFloat32, c.shape(0)); }

// Index of the scale of element i: by channel, or by block along the last dimension.
std::size_t scale_index(const Quantization& q, const Shape& shape, std::int64_t i) {
  if (q.block_size > 0) {
    const std::int64_t blocks = shape.back() / q.block_size;
    return static_cast<std::size_t>(i / shape.back() * blocks + i % shape.back() / q.block_size);
  }
  std::int64_t inner = 1;
  for (int d = q.axis + 1; d < shape.rank(); ++d) inner *= shape[d];
  return static_cast<std::size_t>(i / inner % shape[q.axis]);
}

void eval(const Dequantize&, EvalContext& c) {
  const Tensor& in = c.input(0);
  float* out = c.output(0).as<float>().data();
  const LoadDouble load = load_double(in.dtype);
  const std::int64_t count = in.elements();
  if (in.quantization == nullptr) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(load(in.data, i));
  } else if (in.quantization->per_tensor()) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(real_at(in, load, i));
  } else {
    const Quantization& q = *in.quantization;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t k = scale_index(q, in.shape, i);
      out[i] = q.scales[k] * static_cast<float>(load(in.data, i) - q.zero_points[k]);
    }
  }
}

bool lower(const Dequantize&, XnnBuilder& b) {
  if (b.input_type(0).dtype == DType::kFloat16) return b.refuse("float16 values");
  return b.unary(XnnUnary::kConvert, b.input(0), b.output());
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  if (n.require(is_float(n.type(0).dtype) || n.type(0).quantized(),
                "the input has no quantisation"))
    n.emit(Dequantize{});
}

void write_tflite(const Dequantize&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_DEQUANTIZE, 5);
}

}  // namespace

const OpDef Dequantize::kOp = define_op<Dequantize, infer>("dequantize");
extern const EvalFacet eval_dequantize = eval_facet<Dequantize, eval>();
extern const LowerFacet lower_dequantize = lower_facet<Dequantize, lower>();
extern const ReadTfliteFacet read_tflite_dequantize{tflite::BuiltinOperator_DEQUANTIZE,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_dequantize =
    write_tflite_facet<Dequantize, write_tflite>();

}  // namespace tare
