// SHAPE: known as soon as the shape is, unknown extents by name, so that shape arithmetic stays
// symbolic.
#include "ops/shape_of.h"

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const ShapeOf& op, InferContext& c) {
  if (!c.require(op.out_type == DType::kInt32 || op.out_type == DType::kInt64,
                 "out_type: expected int32 or int64"))
    return;
  const Shape& in = c.shape(0);
  if (!in.ranked()) return c.output(0, op.out_type, {kUnknownDim});
  c.output(0, op.out_type, {in.rank()});
  Contents contents;
  for (const Dim d : in.dims()) contents.push_back(Element::of_dim(d));
  c.output_contents(0, std::move(contents));
}

void eval(const ShapeOf&, EvalContext& c) {
  const StoreInt store = store_int(c.output(0).dtype);
  const Shape& in = c.input(0).shape;
  for (int d = 0; d < in.rank(); ++d) store(c.output(0).data, d, in[d]);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto type = n.options<tflite::ShapeOptions>().out_type();
  // The schema's default stands for int32 in files that leave it out.
  n.emit(ShapeOf{.out_type = type == tflite::TensorType_INT64 ? DType::kInt64 : DType::kInt32});
}

void write_tflite(const ShapeOf& op, TfliteWriter& w) {
  w.builtin(
      tflite::BuiltinOperator_SHAPE,
      tflite::CreateShapeOptions(w.fbb(), op.out_type == DType::kInt64 ? tflite::TensorType_INT64
                                                                       : tflite::TensorType_INT32));
}

}  // namespace

const OpDef ShapeOf::kOp = define_op<ShapeOf, infer, no_cost>("shape");
extern const EvalFacet eval_shape_of = eval_facet<ShapeOf, eval>();
extern const ReadTfliteFacet read_tflite_shape_of{tflite::BuiltinOperator_SHAPE, read_tflite};
extern const WriteTfliteFacet write_tflite_shape_of = write_tflite_facet<ShapeOf, write_tflite>();

}  // namespace tare
