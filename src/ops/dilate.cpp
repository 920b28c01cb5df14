// DILATE in every numeric type.
#include "ops/dilate.h"

#include <algorithm>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

Dim dilated(InferContext& c, Dim extent, const Element& dilation) {
  if (dilation.known &&
      !c.require(dilation.value >= 1 && dilation.value <= INT32_MAX,
                 "dilations must be positive, got " + std::to_string(dilation.value)))
    return kUnknownDim;
  if (extent == 0 || extent == 1) return extent;
  if (!dilation.known || !is_known(extent))
    return dilation == Element::of(1) ? extent : kUnknownDim;
  const auto spread = checked_mul(extent - 1, dilation.value);
  c.require(spread.has_value() && *spread < INT64_MAX, "the dilated extent overflows");
  return spread && *spread < INT64_MAX ? *spread + 1 : kUnknownDim;
}

void infer(const Dilate&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  const Shape& x = c.shape(0);
  if (!c.require(is_numeric(c.dtype(0)), "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(c.dtype(1) == DType::kInt32 || c.dtype(1) == DType::kInt64,
                 "dilations must be int32 or int64"))
    return;
  if (!c.require(c.dtype(2) == c.dtype(0), "the value has another type than the tensor")) return;
  if (!c.require(!c.shape(2).known() || c.shape(2).checked_elements() == 1,
                 "the value must be one element, got " + c.shape(2).text()))
    return;
  if (!x.ranked()) return c.output(0, c.dtype(0), x);
  if (!c.require(
          !c.shape(1).known() || (c.shape(1).rank() == 1 && c.shape(1)[0] == x.rank()),
          "dilations: expected " + std::to_string(x.rank()) + " values, got " + c.shape(1).text()))
    return;
  const auto dilations = c.contents(1);
  Shape out = Shape::of_rank(x.rank());
  for (int d = 0; dilations && d < x.rank(); ++d)
    out[d] = dilated(c, x[d], (*dilations)[static_cast<std::size_t>(d)]);
  c.output(0, c.dtype(0), out);
}

void eval(const Dilate&, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  auto steps = strides_of(out.shape);
  for (int d = 0; d < in.shape.rank(); ++d)
    steps[static_cast<std::size_t>(d)] *= integer_at(c.input(1), d);
  with_element_size(out.dtype, [&]<class T>(T) {
    auto to = out.as<T>();
    std::fill(to.begin(), to.end(), c.input(2).as<T>()[0]);
    StridedWalk walk(in.shape, steps);
    for (const T& e : in.as<T>()) {
      to[static_cast<std::size_t>(walk.at())] = e;
      walk.next();
    }
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(Dilate{});
}

void write_tflite(const Dilate&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_DILATE, tflite::CreateDilateOptions(w.fbb()));
}

}  // namespace

const OpDef Dilate::kOp = define_op<Dilate, infer, no_cost>("dilate");
extern const EvalFacet eval_dilate = eval_facet<Dilate, eval>();
extern const ReadTfliteFacet read_tflite_dilate{tflite::BuiltinOperator_DILATE, read_tflite};
extern const WriteTfliteFacet write_tflite_dilate = write_tflite_facet<Dilate, write_tflite>();

}  // namespace tare
