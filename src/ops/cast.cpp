// CAST. A float outside the target's range has no defined result in C++; it saturates here, NaN
// becomes 0.
#include "ops/cast.h"

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Cast& op, InferContext& c) {
  if (!c.require(is_numeric(op.to) && is_numeric(c.dtype(0)),
                 "only numeric types can be converted"))
    return;
  c.output(0, op.to, c.shape(0));
  if ((op.to == DType::kInt32 || op.to == DType::kInt64) && is_integer(c.dtype(0))) {
    if (auto contents = c.contents(0)) c.output_contents(0, std::move(*contents));
  }
}

void eval(const Cast&, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const std::int64_t count = in.elements();
  if (is_complex(in.dtype) || is_complex(out.dtype)) {
    const LoadComplex load = load_complex(in.dtype);
    if (const StoreComplex store = store_complex(out.dtype)) {
      if (!load)
        return c.fail("no conversion from " + std::string(dtype_name(in.dtype)) + " to complex",
                      Code::kUnsupported);
      for (std::int64_t i = 0; i < count; ++i) store(out.data, i, load(in.data, i));
    } else {
      const StoreDouble real = store_double(out.dtype);
      const bool truth = out.dtype == DType::kBool;
      for (std::int64_t i = 0; i < count; ++i) {
        const auto v = load(in.data, i);
        real(out.data, i, truth ? (v != std::complex<double>(0) ? 1.0 : 0.0) : v.real());
      }
    }
    return;
  }
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  if (load && store) {
    for (std::int64_t i = 0; i < count; ++i) store(out.data, i, load(in.data, i));
    return;
  }
  const LoadDouble real = load_double(in.dtype);
  const StoreDouble put = store_double(out.dtype);
  for (std::int64_t i = 0; i < count; ++i) put(out.data, i, real(in.data, i));
}

// The output tensor's declared type is what the interpreter goes by; the options repeat it.
void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(Cast{.to = n.output_type(0).dtype});
}

void write_tflite(const Cast&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_CAST, 4); }

}  // namespace

const OpDef Cast::kOp = define_op<Cast, infer>("cast");
extern const EvalFacet eval_cast = eval_facet<Cast, eval>();
extern const ReadTfliteFacet read_tflite_cast{tflite::BuiltinOperator_CAST, read_tflite};
extern const WriteTfliteFacet write_tflite_cast = write_tflite_facet<Cast, write_tflite>();

}  // namespace tare
