// UNPACK.
#include "ops/unpack.h"

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ops/common/split.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

int axis_of(const Unpack& op, const Shape& in) {
  return static_cast<int>(op.axis < 0 ? op.axis + in.rank() : op.axis);
}

void infer(const Unpack& op, InferContext& c) {
  Shape part = c.shape(0);
  if (part.ranked()) {
    if (!c.require(part.rank() >= 1, "a scalar cannot be taken apart")) return;
    const int axis = normalise_axis(c, op.axis, part.rank());
    if (axis < 0) return;
    if (!c.require(!is_known(part[axis]) || part[axis] == c.outputs(),
                   "an extent of " + std::to_string(part[axis]) + " for " +
                       std::to_string(c.outputs()) + " outputs"))
      return;
    part.erase(axis);
  }
  const auto elements = c.contents(0);
  for (int o = 0; o < c.outputs(); ++o) {
    c.output(o, c.dtype(0), part);
    if (elements && static_cast<int>(elements->size()) == c.outputs())
      c.output_contents(o, {(*elements)[static_cast<std::size_t>(o)]});
  }
}

void eval(const Unpack& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const int axis = axis_of(op, in.shape);
  std::int64_t inner = 1;
  for (int d = axis + 1; d < in.shape.rank(); ++d) inner *= in.shape[d];
  const std::int64_t parts = in.shape[axis];
  for (int o = 0; o < c.outputs(); ++o) {
    move_elements(c, o, [&](std::int64_t i) {
      return Source{&in, (i / inner * parts + o) * inner + i % inner};
    });
  }
}

bool lower(const Unpack& op, XnnBuilder& b) {
  if (b.outputs() > kMaxParts) return b.refuse("too many outputs");
  TensorType slab = b.input_type(0);
  const int axis = axis_of(op, slab.shape);
  slab.shape[axis] = 1;
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(slab.shape.rank()), 0);
  for (int o = 0; o < b.outputs(); ++o) {
    offsets[static_cast<std::size_t>(axis)] = o;
    const XnnValue cut = b.temporary(slab);
    if (!b.slice(b.input(0), cut, offsets, slab.shape.dims()) ||
        !b.reshape(cut, b.output(o), b.output_type(o).shape))
      return false;
  }
  return true;
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1, n.outputs())) return;
  const auto& o = n.options<tflite::UnpackOptions>();
  if (n.require(o.num() == n.outputs(), "num: not the number of outputs"))
    n.emit(Unpack{.axis = o.axis()});
}

void write_tflite(const Unpack& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_UNPACK,
            tflite::CreateUnpackOptions(w.fbb(), static_cast<std::int32_t>(w.node().outputs.size()),
                                        static_cast<std::int32_t>(op.axis)),
            2);
}

}  // namespace

const OpDef Unpack::kOp = define_op<Unpack, infer, no_cost>("unpack");
extern const EvalFacet eval_unpack = eval_facet<Unpack, eval>();
extern const LowerFacet lower_unpack = lower_facet<Unpack, lower>();
extern const ReadTfliteFacet read_tflite_unpack{tflite::BuiltinOperator_UNPACK, read_tflite};
extern const WriteTfliteFacet write_tflite_unpack = write_tflite_facet<Unpack, write_tflite>();

}  // namespace tare
