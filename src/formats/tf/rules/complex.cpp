// Complex numbers and fake quantisation.
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/complex_part.h"
#include "ops/compose.h"
#include "ops/fake_quant.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

template <ComplexPartKind kind>
void part(TfNode& n) {
  if (n.expect(1)) n.become(ComplexPart{kind});
}

void make_complex(TfNode& n) {
  if (!n.expect(2)) return;
  if (!n.require(n.type(0).dtype == DType::kFloat32 || n.type(0).dtype == DType::kFloat64,
                 "the parts must be float32 or float64"))
    return;
  Compose g(n.builder());
  const bool wide = n.type(0).dtype == DType::kFloat64;
  const DType type = wide ? DType::kComplex128 : DType::kComplex64;
  const double parts[] = {0, 1};
  const TensorValue pair = tensor_of(parts, n.type(0).dtype, {2});
  const ValueId i = n.builder().constant(n.name() + "/i", tensor_type(type, {}), pair.bytes);
  n.output(0, g.add(g.cast(n.input(0), type), g.mul(g.cast(n.input(1), type), i)));
}

void fake_quant(TfNode& n) {
  if (!n.expect(3)) return;
  FakeQuant op{.num_bits = n.integer("num_bits", 8), .narrow_range = n.flag("narrow_range", false)};
  for (int i = 1; i < 3; ++i) {
    const auto bound = n.constant(i);
    if (!bound || bound->type.dtype != DType::kFloat32 || bound->type.shape.elements() != 1) {
      return n.fail("min and max must be constants", Code::kUnsupported);
    }
    (i == 1 ? op.min : op.max) = bound->bytes.as<float>()[0];
  }
  n.output(0, n.emit(op, {n.input(0)}));
}

}  // namespace

extern const ReadTfFacet read_tf_angle{"Angle", part<ComplexPartKind::kAngle>};
extern const ReadTfFacet read_tf_complex{"Complex", make_complex};
extern const ReadTfFacet read_tf_complex_abs{"ComplexAbs", part<ComplexPartKind::kComplexAbs>};
extern const ReadTfFacet read_tf_fake_quant_with_min_max_vars{"FakeQuantWithMinMaxVars",
                                                              fake_quant};
extern const ReadTfFacet read_tf_imag{"Imag", part<ComplexPartKind::kImag>};
extern const ReadTfFacet read_tf_real{"Real", part<ComplexPartKind::kReal>};

}  // namespace tare
