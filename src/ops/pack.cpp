// PACK.
#include "ops/pack.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

int axis_of(const Pack& op, const Shape& out) {
  return static_cast<int>(op.axis < 0 ? op.axis + out.rank() : op.axis);
}

void infer(const Pack& op, InferContext& c) {
  Shape part = Shape::unknown();
  for (int i = 0; i < c.inputs(); ++i) {
    if (!c.require(c.dtype(i) == c.dtype(0), "inputs of different types")) return;
    if (!c.require(compatible(part, c.shape(i)),
                   "inputs " + part.text() + " and " + c.shape(i).text() + " of different shapes"))
      return;
    if (!part.ranked()) part = c.shape(i);
    for (int d = 0; c.shape(i).ranked() && d < part.rank(); ++d)
      if (!is_known(part[d])) part[d] = c.shape(i)[d];
  }
  if (!part.ranked()) return c.output(0, c.dtype(0), part);
  if (!c.require(part.rank() < kMaxRank, "a result of more than 8 dimensions")) return;
  const int axis = normalise_axis(c, op.axis, part.rank() + 1);
  if (axis < 0) return;
  const bool scalars = part.rank() == 0;
  part.insert(axis, c.inputs());
  c.output(0, c.dtype(0), part);
  if (!scalars) return;
  Contents contents;
  bool any = false;
  for (int i = 0; i < c.inputs(); ++i) {
    const auto e = c.contents(i);
    any = any || e.has_value();
    contents.push_back(e && e->size() == 1 ? e->front() : Element::of_dim(kUnknownDim));
  }
  if (any && is_integer(c.dtype(0))) c.output_contents(0, std::move(contents));
}

void eval(const Pack& op, EvalContext& c) {
  const Shape& out = c.output(0).shape;
  const int axis = axis_of(op, out);
  std::int64_t inner = 1;
  for (int d = axis + 1; d < out.rank(); ++d) inner *= out[d];
  const std::int64_t parts = c.inputs();
  move_elements(c, 0, [&](std::int64_t i) {
    return Source{&c.input(static_cast<int>(i / inner % parts)),
                  i / (inner * parts) * inner + i % inner};
  });
}

// Inputs with a dimension of 1 put in, then joined along it.
bool lower(const Pack& op, XnnBuilder& b) {
  const int axis = axis_of(op, b.output_type().shape);
  TensorType part = b.output_type();
  part.shape[axis] = 1;
  if (b.inputs() == 1) return b.reshape(b.input(0), b.output(), part.shape);
  XnnValue so_far = XnnValue::kNone;
  for (int i = 0; i < b.inputs(); ++i) {
    const XnnValue next = b.temporary(part);
    if (!b.reshape(b.input(i), next, part.shape)) return false;
    if (i == 0) {
      so_far = next;
      continue;
    }
    TensorType joined = part;
    joined.shape[axis] = i + 1;
    const XnnValue out = i + 1 == b.inputs() ? b.output() : b.temporary(joined);
    if (!b.concatenate2(so_far, next, out, axis)) return false;
    so_far = out;
  }
  return true;
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1 << 20)) return;
  const auto& o = n.options<tflite::PackOptions>();
  if (n.require(o.values_count() == n.inputs(), "values_count: not the number of inputs"))
    n.emit(Pack{.axis = o.axis()});
}

void write_tflite(const Pack& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_PACK,
            tflite::CreatePackOptions(w.fbb(), static_cast<std::int32_t>(w.node().inputs.size()),
                                      static_cast<std::int32_t>(op.axis)),
            2);
}

}  // namespace

const OpDef Pack::kOp = define_op<Pack, infer, no_cost>("pack");
extern const EvalFacet eval_pack = eval_facet<Pack, eval>();
extern const LowerFacet lower_pack = lower_facet<Pack, lower>();
extern const ReadTfliteFacet read_tflite_pack{tflite::BuiltinOperator_PACK, read_tflite};
extern const WriteTfliteFacet write_tflite_pack = write_tflite_facet<Pack, write_tflite>();

}  // namespace tare
