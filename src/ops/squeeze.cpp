// SQUEEZE.
#include "ops/squeeze.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const Squeeze& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!in.ranked()) return c.output(0, c.dtype(0), in);
  const auto flags = axis_flags(c, op.axes, in.rank());
  if (!flags) return;
  Shape out;
  for (int d = 0; d < in.rank(); ++d) {
    const bool named = (*flags)[static_cast<std::size_t>(d)];
    if (named &&
        !c.require(!is_known(in[d]) || in[d] == 1,
                   "dimension " + std::to_string(d) + " is " + std::to_string(in[d]) + ", not 1"))
      return;
    // With no axes named, an unknown extent may or may not be 1.
    if (op.axes.empty() && !is_known(in[d])) return c.output(0, c.dtype(0), Shape::unknown());
    if (named || (op.axes.empty() && in[d] == 1)) continue;
    out.push_back(in[d]);
  }
  c.output(0, c.dtype(0), out);
  if (auto contents = c.contents(0)) c.output_contents(0, std::move(*contents));
}

void eval(const Squeeze&, EvalContext& c) { copy_through(c, 0, 0); }
bool lower(const Squeeze&, XnnBuilder& b) {
  return b.reshape(b.input(0), b.output(), b.output_type().shape);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  Squeeze op;
  if (const auto* axes = n.options<tflite::SqueezeOptions>().squeeze_dims())
    op.axes.assign(axes->begin(), axes->end());
  n.emit(std::move(op));
}

void write_tflite(const Squeeze& op, TfliteWriter& w) {
  const std::vector<std::int32_t> axes(op.axes.begin(), op.axes.end());
  w.builtin(tflite::BuiltinOperator_SQUEEZE,
            tflite::CreateSqueezeOptions(w.fbb(), w.fbb().CreateVector(axes)), 2);
}

}  // namespace

const OpDef Squeeze::kOp = define_op<Squeeze, infer, no_cost>("squeeze");
extern const EvalFacet eval_squeeze = eval_facet<Squeeze, eval>();
extern const LowerFacet lower_squeeze = lower_facet<Squeeze, lower>();
extern const ReadTfliteFacet read_tflite_squeeze{tflite::BuiltinOperator_SQUEEZE, read_tflite};
extern const WriteTfliteFacet write_tflite_squeeze = write_tflite_facet<Squeeze, write_tflite>();

}  // namespace tare
