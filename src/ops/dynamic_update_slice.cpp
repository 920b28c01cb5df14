// DYNAMIC_UPDATE_SLICE.
#include "ops/dynamic_update_slice.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const DynamicUpdateSlice&, InferContext& c) {
  const Shape& in = c.shape(0);
  const Shape& update = c.shape(1);
  if (!c.require(c.dtype(0) == c.dtype(1), "tensor and update of different types")) return;
  if (in.ranked() && update.ranked()) {
    if (!c.require(in.rank() == update.rank(), "update " + update.text() + " for " + in.text()))
      return;
    for (int d = 0; d < in.rank(); ++d) {
      if (!c.require(!is_known(in[d]) || !is_known(update[d]) || update[d] <= in[d],
                     "update " + update.text() + " is larger than " + in.text()))
        return;
    }
    const Shape& start = c.shape(2);
    if (start.known() &&
        !c.require(start.elements() == in.rank(), "a start for each dimension is needed"))
      return;
  }
  c.output(0, c.dtype(0), in);
}

void eval(const DynamicUpdateSlice&, EvalContext& c) {
  const Tensor& update = c.input(1);
  copy_through(c, 0, 0);
  Tensor& out = c.output(0);
  const auto strides = strides_of(out.shape);
  std::int64_t start = 0;
  for (int d = 0; d < out.shape.rank(); ++d) {
    const std::int64_t at =
        std::clamp<std::int64_t>(integer_at(c.input(2), d), 0, out.shape[d] - update.shape[d]);
    start += at * strides[static_cast<std::size_t>(d)];
  }
  StridedWalk walk(update.shape, strides, start);
  with_element_size(out.dtype, [&]<class T>(T) {
    auto target = out.as<T>();
    for (const T& e : update.as<T>()) {
      target[static_cast<std::size_t>(walk.at())] = e;
      walk.next();
    }
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(DynamicUpdateSlice{});
}
void write_tflite(const DynamicUpdateSlice&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_DYNAMIC_UPDATE_SLICE, 2);
}

}  // namespace

const OpDef DynamicUpdateSlice::kOp =
    define_op<DynamicUpdateSlice, infer, no_cost>("dynamic_update_slice");
extern const EvalFacet eval_dynamic_update_slice = eval_facet<DynamicUpdateSlice, eval>();
extern const ReadTfliteFacet read_tflite_dynamic_update_slice{
    tflite::BuiltinOperator_DYNAMIC_UPDATE_SLICE, read_tflite};
extern const WriteTfliteFacet write_tflite_dynamic_update_slice =
    write_tflite_facet<DynamicUpdateSlice, write_tflite>();

}  // namespace tare
