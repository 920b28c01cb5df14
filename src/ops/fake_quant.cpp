// FAKE_QUANT, with the nudged range that TensorFlow trains with.
#include "ops/fake_quant.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const FakeQuant& op, InferContext& c) {
  if (!c.require(c.dtype(0) == DType::kFloat32,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(op.num_bits >= 2 && op.num_bits <= 16,
                 "num_bits: expected 2 to 16, got " + std::to_string(op.num_bits)))
    return;
  if (!c.require(std::isfinite(op.min) && std::isfinite(op.max) && op.min < op.max,
                 "min must be below max"))
    return;
  c.output(0, DType::kFloat32, c.shape(0));
}

struct Grid {
  float min, max, scale;
  explicit Grid(const FakeQuant& op) {
    const float low = op.narrow_range ? 1.0f : 0.0f,
                high = static_cast<float>((1 << op.num_bits) - 1);
    scale = (op.max - op.min) / (high - low);
    const float zero = low - op.min / scale;
    const float nudged = zero < low ? low : zero > high ? high : std::round(zero);
    min = (low - nudged) * scale;
    max = (high - nudged) * scale;
  }
};

void eval(const FakeQuant& op, EvalContext& c) {
  const Grid grid(op);
  const float inverse = 1.0f / grid.scale;
  const auto in = c.input(0).as<float>();
  const auto out = c.output(0).as<float>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const float clamped = std::min(grid.max, std::max(grid.min, in[i]));
    out[i] = std::round((clamped - grid.min) * inverse) * grid.scale + grid.min;
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto& o = n.options<tflite::FakeQuantOptions>();
  n.emit(FakeQuant{
      .min = o.min(), .max = o.max(), .num_bits = o.num_bits(), .narrow_range = o.narrow_range()});
}

void write_tflite(const FakeQuant& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_FAKE_QUANT,
            tflite::CreateFakeQuantOptions(w.fbb(), op.min, op.max,
                                           static_cast<std::int32_t>(op.num_bits), op.narrow_range),
            op.narrow_range ? 2 : 1);
}

}  // namespace

const OpDef FakeQuant::kOp = define_op<FakeQuant, infer>("fake_quant");
extern const EvalFacet eval_fake_quant = eval_facet<FakeQuant, eval>();
extern const ReadTfliteFacet read_tflite_fake_quant{tflite::BuiltinOperator_FAKE_QUANT,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_fake_quant =
    write_tflite_facet<FakeQuant, write_tflite>();

}  // namespace tare
