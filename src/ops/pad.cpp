// PAD and PADV2. Quantised tensors without a value are padded with their zero point, which stands
// for 0.
#include "ops/pad.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxPad = std::int64_t{1} << 40;

void infer(const Pad&, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  if (c.has(2) &&
      !c.require(c.dtype(2) == c.dtype(0), "the value has another type than the tensor"))
    return;
  if (c.has(2) && c.shape(2).known() &&
      !c.require(c.shape(2).elements() == 1, "the value must be one element"))
    return;
  const Shape& in = c.shape(0);
  if (!in.ranked()) return c.output(0, c.dtype(0), in);
  const Shape& counts = c.shape(1);
  if (counts.known() && !c.require(counts.rank() == 2 && counts[0] == in.rank() && counts[1] == 2,
                                   "paddings " + counts.text() + " for " + in.text()))
    return;
  const auto paddings = c.contents(1);
  if (!paddings) return c.output(0, c.dtype(0), Shape::of_rank(in.rank()));
  Shape out = in;
  for (int d = 0; d < in.rank(); ++d) {
    const Element& before = (*paddings)[static_cast<std::size_t>(2 * d)];
    const Element& after = (*paddings)[static_cast<std::size_t>(2 * d + 1)];
    if (!before.known || !after.known) {
      out[d] = kUnknownDim;
      continue;
    }
    if (!c.require(before.value >= 0 && after.value >= 0, "a negative padding")) return;
    if (!c.require(before.value < kMaxPad && after.value < kMaxPad, "a padding beyond 2^40"))
      return;
    if (before.value + after.value == 0) continue;
    out[d] = is_known(in[d]) ? in[d] + before.value + after.value : kUnknownDim;
  }
  c.output(0, c.dtype(0), out);
}

void fill(EvalContext& c, Tensor& out) {
  with_element_size(out.dtype, [&]<class T>(T) {
    T value{};
    if (c.has(2))
      value = reinterpret_cast<const T*>(c.input(2).data)[0];
    else if (const StoreInt store = store_int(out.dtype))
      store(reinterpret_cast<std::byte*>(&value), 0, out.zero_point());
    for (T& e : out.as<T>()) e = value;
  });
}

void eval(const Pad&, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  if (!is_numeric(in.dtype))
    return c.fail("no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
  fill(c, out);
  if (in.elements() == 0) return;
  const auto strides = strides_of(out.shape);
  std::int64_t start = 0;
  for (int d = 0; d < in.shape.rank(); ++d)
    start += integer_at(c.input(1), 2 * d) * strides[static_cast<std::size_t>(d)];
  StridedWalk walk(in.shape, strides, start);
  with_element_size(out.dtype, [&]<class T>(T) {
    auto target = out.as<T>();
    for (const T& e : in.as<T>()) {
      target[static_cast<std::size_t>(walk.at())] = e;
      walk.next();
    }
  });
}

bool lower(const Pad&, XnnBuilder& b) {
  if (!b.is_constant(1)) return b.refuse("the paddings are not constant");
  float value = 0.0f;
  if (b.has(2)) {
    if (!b.is_constant(2) || b.input_type(2).dtype != DType::kFloat32)
      return b.refuse("the value is no float constant");
    value = b.input_value(2).constant.as<float>()[0];
  }
  const auto counts = b.constant_integers(1);
  std::vector<PadPair> pads;
  for (std::size_t d = 0; d + 1 < counts.size(); d += 2) pads.push_back({counts[d], counts[d + 1]});
  return b.constant_pad(b.input(0), b.output(), pads, value);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 3)) n.emit(Pad{});
}

void write_tflite(const Pad&, TfliteWriter& w) {
  w.builtin(
      w.node().inputs.size() > 2 ? tflite::BuiltinOperator_PADV2 : tflite::BuiltinOperator_PAD, 2);
}

}  // namespace

const OpDef Pad::kOp = define_op<Pad, infer, no_cost>("pad");
extern const EvalFacet eval_pad = eval_facet<Pad, eval>();
extern const LowerFacet lower_pad = lower_facet<Pad, lower>();
extern const ReadTfliteFacet read_tflite_pad{tflite::BuiltinOperator_PAD, read_tflite};
extern const ReadTfliteFacet read_tflite_padv2{tflite::BuiltinOperator_PADV2, read_tflite};
extern const WriteTfliteFacet write_tflite_pad = write_tflite_facet<Pad, write_tflite>();

}  // namespace tare
