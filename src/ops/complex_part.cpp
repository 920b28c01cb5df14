// REAL, IMAG, COMPLEX_ABS.
#include "ops/complex_part.h"

#include <cmath>
#include <iterator>

#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/common/atan2.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Complex = std::complex<double>;

struct Row {
  std::string_view name;
  double (*function)(Complex v);
  int tflite = -1;
};

// In the order of ComplexPartKind.
constexpr Row kRows[] = {
    {"real", [](Complex v) { return v.real(); }, tflite::BuiltinOperator_REAL},
    {"imag", [](Complex v) { return v.imag(); }, tflite::BuiltinOperator_IMAG},
    {"complex_abs", [](Complex v) { return std::hypot(v.real(), v.imag()); },
     tflite::BuiltinOperator_COMPLEX_ABS},
    {"angle", [](Complex v) { return accurate_atan2(v.imag(), v.real()); }},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(ComplexPartKind::kAngle) + 1);

const Row& row(const ComplexPart& op) { return kRows[static_cast<std::size_t>(op.kind)]; }
std::string_view variant(const ComplexPart& op) { return row(op).name; }

void infer(const ComplexPart&, InferContext& c) {
  if (!is_complex(c.dtype(0)))
    return c.fail("expected complex numbers, got " + std::string(dtype_name(c.dtype(0))));
  c.output(0, c.dtype(0) == DType::kComplex128 ? DType::kFloat64 : DType::kFloat32, c.shape(0));
}

void eval(const ComplexPart& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadComplex load = load_complex(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  const std::int64_t count = in.elements();
  for (std::int64_t i = 0; i < count; ++i) store(out.data, i, row(op).function(load(in.data, i)));
}

template <ComplexPartKind kKind>
void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(ComplexPart{kKind});
}

void write_tflite(const ComplexPart& op, TfliteWriter& w) {
  if (row(op).tflite < 0) return w.refuse("TFLite has no " + std::string(row(op).name));
  w.builtin(static_cast<tflite::BuiltinOperator>(row(op).tflite));
}

}  // namespace

ValueId complex_of(Compose& g, ValueId real, ValueId imaginary) {
  const DType type = g.dtype(real) == DType::kFloat64 ? DType::kComplex128 : DType::kComplex64;
  const double parts[] = {0, 1};
  TensorValue i = tensor_of(parts, g.dtype(real), {2});
  i.type = tensor_type(type, {});
  return g.add(g.cast(real, type), g.mul(g.cast(imaginary, type), g.constant(i)));
}

const OpDef ComplexPart::kOp = define_op_table<ComplexPart, infer, variant>("complex_part");
extern const EvalFacet eval_complex_part = eval_facet<ComplexPart, eval>();
extern const WriteTfliteFacet write_tflite_complex_part =
    write_tflite_facet<ComplexPart, write_tflite>();
extern const ReadTfliteFacet read_tflite_real{tflite::BuiltinOperator_REAL,
                                              read_tflite<ComplexPartKind::kReal>};
extern const ReadTfliteFacet read_tflite_imag{tflite::BuiltinOperator_IMAG,
                                              read_tflite<ComplexPartKind::kImag>};
extern const ReadTfliteFacet read_tflite_complex_abs{tflite::BuiltinOperator_COMPLEX_ABS,
                                                     read_tflite<ComplexPartKind::kComplexAbs>};

}  // namespace tare
