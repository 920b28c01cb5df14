// ADD_N. Floats are rounded after each addition, as sums in their own type are.
#include "ops/add_n.h"

#include <cstring>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

void infer(const AddN&, InferContext& c) {
  if (!c.require(c.inputs() >= 1, "expected inputs")) return;
  Shape out = c.shape(0);
  for (int i = 0; i < c.inputs(); ++i) {
    if (!c.require(c.has(i) && c.dtype(i) == c.dtype(0), "inputs of different types")) return;
    if (!c.require(compatible(out, c.shape(i)),
                   "inputs of different shapes: " + out.text() + " and " + c.shape(i).text()))
      return;
    if (!out.known()) out = c.shape(i);
  }
  c.output(0, c.dtype(0), out);
}

Cost cost(const AddN&, const NodeTypes& t) {
  const auto n = t.outputs[0].shape.checked_elements().value_or(0);
  return {
      .macs = 0,
      .flops = checked_mul(n, static_cast<std::int64_t>(t.inputs.size())).value_or(INT64_MAX / 4)};
}

template <class Load, class Store>
void sum(EvalContext& c, Load load, Store store) {
  Tensor& out = c.output(0);
  const std::int64_t count = out.elements();
  for (int k = 1; k < c.inputs(); ++k) {
    for (std::int64_t i = 0; i < count; ++i)
      store(out.data, i, load(out.data, i) + load(c.input(k).data, i));
  }
}

void eval(const AddN&, EvalContext& c) {
  Tensor& out = c.output(0);
  if (!is_numeric(out.dtype) || out.quantization) {
    return c.fail("no kernel for " + std::string(dtype_name(out.dtype)) +
                      (out.quantization ? ", quantised" : ""),
                  Code::kUnsupported);
  }
  if (out.size > 0) std::memcpy(out.data, c.input(0).data, out.size);
  if (const LoadInt load = load_int(out.dtype)) {
    // Sums wrap.
    const auto wrapping = [&](const std::byte* data, std::int64_t i) {
      return static_cast<std::uint64_t>(load(data, i));
    };
    const StoreInt store = store_int(out.dtype);
    return sum(c, wrapping, [&](std::byte* data, std::int64_t i, std::uint64_t v) {
      store(data, i, static_cast<std::int64_t>(v));
    });
  }
  if (is_complex(out.dtype)) return sum(c, load_complex(out.dtype), store_complex(out.dtype));
  sum(c, load_double(out.dtype), store_double(out.dtype));
}

bool lower(const AddN&, XnnBuilder& b) {
  if (b.inputs() == 1) return b.copy(b.input(0), b.output());
  if (b.input_type(0).dtype != DType::kFloat32) return b.refuse("XNNPACK adds up floats only");
  XnnValue total = b.input(0);
  for (int i = 1; i < b.inputs(); ++i) {
    const XnnValue next = i + 1 == b.inputs() ? b.output() : b.temporary(b.output_type());
    if (!b.binary(XnnBinary::kAdd, total, b.input(i), next)) return false;
    total = next;
  }
  return true;
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, n.inputs())) n.emit(AddN{});
}
void write_tflite(const AddN&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_ADD_N, tflite::CreateAddNOptions(w.fbb()));
}

}  // namespace

const OpDef AddN::kOp = define_op<AddN, infer, cost>("add_n");
extern const EvalFacet eval_add_n = eval_facet<AddN, eval>();
extern const LowerFacet lower_add_n = lower_facet<AddN, lower>();
extern const ReadTfliteFacet read_tflite_add_n{tflite::BuiltinOperator_ADD_N, read_tflite};
extern const WriteTfliteFacet write_tflite_add_n = write_tflite_facet<AddN, write_tflite>();

}  // namespace tare
