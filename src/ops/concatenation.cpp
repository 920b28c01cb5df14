// CONCATENATION. uint8 inputs may have other quantisations than the output: they are requantised,
// as in TFLite.
#include "ops/concatenation.h"

#include <cmath>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

// Adds the extents along the axis; two unknown ones make an unnamed one.
Dim joined(Dim a, Dim b) {
  if (!is_known(a) || !is_known(b)) return a == 0 ? b : b == 0 ? a : kUnknownDim;
  return checked_add(a, b).value_or(kUnknownDim);
}

void infer(const Concatenation& op, InferContext& c) {
  Shape out = Shape::unknown();
  for (int i = 0; i < c.inputs(); ++i) {
    if (!c.require(c.has(i) && c.dtype(i) == c.dtype(0), "inputs of different types")) return;
    if (c.shape(i).ranked() && !out.ranked()) out = c.shape(i);
  }
  if (!out.ranked()) return c.output(0, c.dtype(0), out);
  const int axis = normalise_axis(c, op.axis, out.rank());
  if (axis < 0) return;
  Dim extent = 0;
  for (int i = 0; i < c.inputs(); ++i) {
    const Shape& s = c.shape(i);
    if (!s.ranked()) {
      extent = kUnknownDim;
      continue;
    }
    if (!c.require(s.rank() == out.rank(),
                   "inputs " + out.text() + " and " + s.text() + " of different rank"))
      return;
    for (int d = 0; d < s.rank(); ++d) {
      if (d == axis) continue;
      if (!c.require(!is_known(s[d]) || !is_known(out[d]) || s[d] == out[d],
                     "inputs " + out.text() + " and " + s.text() + " differ beside the axis"))
        return;
      if (is_known(s[d])) out[d] = s[d];
    }
    extent = joined(extent, s[axis]);
  }
  out[axis] = extent;
  c.output(0, c.dtype(0), out);
  if (out.rank() != 1) return;
  Contents all;
  for (int i = 0; i < c.inputs(); ++i) {
    const auto part = c.contents(i);
    if (!part || all.size() + part->size() > InferContext::kMaxContents) return;
    all.insert(all.end(), part->begin(), part->end());
  }
  c.output_contents(0, std::move(all));
}

// Where one input's slab of each outer index goes.
struct Slabs {
  std::int64_t outer = 1, inner = 1;
};

Slabs slabs(const Shape& shape, int axis) {
  Slabs s;
  for (int d = 0; d < axis; ++d) s.outer *= shape[d];
  for (int d = axis + 1; d < shape.rank(); ++d) s.inner *= shape[d];
  return s;
}

// Source: TFLite reference ConcatenationWithScaling.
void requantise(const Tensor& in, Tensor& out, std::int64_t from, std::int64_t to,
                std::int64_t count) {
  const float scale = in.scale() / out.scale();
  const float bias = -static_cast<float>(in.zero_point()) * scale;
  const auto x = in.as<std::uint8_t>();
  auto y = out.as<std::uint8_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto v = static_cast<std::int32_t>(
                       std::round(x[static_cast<std::size_t>(from + i)] * scale + bias)) +
                   out.zero_point();
    y[static_cast<std::size_t>(to + i)] = static_cast<std::uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
  }
}

bool differs(const Tensor& in, const Tensor& out) {
  return in.dtype == DType::kUint8 && in.quantization && out.quantization &&
         (in.scale() != out.scale() || in.zero_point() != out.zero_point());
}

void eval_numeric(EvalContext& c, int axis) {
  Tensor& out = c.output(0);
  const auto [outer, inner] = slabs(out.shape, axis);
  const std::size_t element = dtype_size(out.dtype);
  std::int64_t at = 0;
  for (int k = 0; k < c.inputs(); ++k) {
    const Tensor& in = c.input(k);
    const std::int64_t width = in.shape[axis] * inner;
    for (std::int64_t o = 0; o < outer && width > 0; ++o) {
      const std::int64_t to = o * out.shape[axis] * inner + at;
      if (differs(in, out))
        requantise(in, out, o * width, to, width);
      else
        std::memcpy(out.data + static_cast<std::size_t>(to) * element,
                    in.data + static_cast<std::size_t>(o * width) * element,
                    static_cast<std::size_t>(width) * element);
    }
    at += width;
  }
}

void eval(const Concatenation& op, EvalContext& c) {
  const Tensor& out = c.output(0);
  const int axis = static_cast<int>(op.axis < 0 ? op.axis + out.shape.rank() : op.axis);
  if (is_numeric(out.dtype)) return eval_numeric(c, axis);
  const auto [outer, inner] = slabs(out.shape, axis);
  move_elements(c, 0, [&, inner = inner](std::int64_t i) {
    std::int64_t along = i / inner % out.shape[axis];
    int k = 0;
    while (along >= c.input(k).shape[axis]) along -= c.input(k++).shape[axis];
    const Tensor& in = c.input(k);
    const std::int64_t o = i / (inner * out.shape[axis]);
    return Source{&in, (o * in.shape[axis] + along) * inner + i % inner};
  });
}

bool lower(const Concatenation& op, XnnBuilder& b) {
  if (op.activation != Activation::kNone) return b.refuse("a fused activation");
  const Shape& out = b.output_type().shape;
  std::vector<XnnValue> inputs;
  for (int i = 0; i < b.inputs(); ++i) {
    if (b.input_type(i).scale() != b.output_type().scale() ||
        b.input_type(i).zero_point() != b.output_type().zero_point()) {
      return b.refuse("inputs quantised otherwise than the output");
    }
    inputs.push_back(b.input(i));
  }
  return b.concatenate(inputs, b.output(),
                       static_cast<int>(op.axis < 0 ? op.axis + out.rank() : op.axis),
                       b.output_type());
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1 << 20)) return;
  const auto& o = n.options<tflite::ConcatenationOptions>();
  n.emit(
      Concatenation{.axis = o.axis(), .activation = n.activation(o.fused_activation_function())});
}

void write_tflite(const Concatenation& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_CONCATENATION,
            tflite::CreateConcatenationOptions(w.fbb(), static_cast<std::int32_t>(op.axis),
                                               TfliteWriter::activation(op.activation)),
            2);
}

}  // namespace

const OpDef Concatenation::kOp = define_op<Concatenation, infer, no_cost>("concatenation");
extern const EvalFacet eval_concatenation = eval_facet<Concatenation, eval>();
extern const LowerFacet lower_concatenation = lower_facet<Concatenation, lower>();
extern const ReadTfliteFacet read_tflite_concatenation{tflite::BuiltinOperator_CONCATENATION,
                                                       read_tflite};
extern const WriteTfliteFacet write_tflite_concatenation =
    write_tflite_facet<Concatenation, write_tflite>();

}  // namespace tare
