// LOCAL_RESPONSE_NORMALIZATION over the last dimension, in floats.
#include "ops/local_response_normalization.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const LocalResponseNormalization& op, InferContext& c) {
  const DType dtype = c.dtype(0);
  if (!is_float(dtype))
    return c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() == 4,
                 "input must have 4 dimensions, got " + c.shape(0).text()))
    return;
  if (!c.require(op.radius >= 0 && op.radius <= INT32_MAX, "the radius must not be negative"))
    return;
  c.output(0, dtype, c.shape(0));
}

Cost cost(const LocalResponseNormalization& op, const NodeTypes& t) {
  const auto n = t.outputs[0].shape.checked_elements().value_or(0);
  return {.macs = 0,
          .flops = checked_mul<std::int64_t>(n, 2 * op.radius + 4).value_or(INT64_MAX / 4)};
}

void eval(const LocalResponseNormalization& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (in.elements() == 0) return;
  const std::int64_t width = in.shape.back();
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  const auto squares = c.scratch<double>(static_cast<std::size_t>(width));
  if (!c.ok()) return;
  for (std::int64_t first = 0; first < in.elements(); first += width) {
    for (std::int64_t i = 0; i < width; ++i) {
      const double v = load(in.data, first + i);
      squares[static_cast<std::size_t>(i)] = v * v;
    }
    for (std::int64_t i = 0; i < width; ++i) {
      double sum = 0;
      const std::int64_t end = std::min(width, i + op.radius + 1);
      for (std::int64_t k = std::max<std::int64_t>(0, i - op.radius); k < end; ++k)
        sum += squares[static_cast<std::size_t>(k)];
      const double base = static_cast<double>(op.bias) + static_cast<double>(op.alpha) * sum;
      store(out.data, first + i,
            load(in.data, first + i) * std::pow(base, -static_cast<double>(op.beta)));
    }
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto& o = n.options<tflite::LocalResponseNormalizationOptions>();
  n.emit(LocalResponseNormalization{
      .radius = o.radius(), .bias = o.bias(), .alpha = o.alpha(), .beta = o.beta()});
}

void write_tflite(const LocalResponseNormalization& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_LOCAL_RESPONSE_NORMALIZATION,
            tflite::CreateLocalResponseNormalizationOptions(w.fbb(), static_cast<int>(op.radius),
                                                            op.bias, op.alpha, op.beta));
}

}  // namespace

const OpDef LocalResponseNormalization::kOp =
    define_op<LocalResponseNormalization, infer, cost>("local_response_normalization");
extern const EvalFacet eval_local_response_normalization =
    eval_facet<LocalResponseNormalization, eval>();
extern const ReadTfliteFacet read_tflite_local_response_normalization{
    tflite::BuiltinOperator_LOCAL_RESPONSE_NORMALIZATION, read_tflite};
extern const WriteTfliteFacet write_tflite_local_response_normalization =
    write_tflite_facet<LocalResponseNormalization, write_tflite>();

}  // namespace tare
