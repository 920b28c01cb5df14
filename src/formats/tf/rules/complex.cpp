// Complex numbers.
#include "ir/facets.h"
#include "ops/complex_part.h"
#include "ops/compose.h"
#include "ops/transpose.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

template <ComplexPartKind kind>
void part(TfNode& n) {
  if (n.expect(1)) n.become(ComplexPart{kind});
}

ValueId conjugate_of(TfNode& n, ValueId x) {
  Compose g(n.builder());
  if (!is_complex(g.dtype(x))) return x;
  const ValueId real = n.emit(ComplexPart{ComplexPartKind::kReal}, {x});
  const ValueId imaginary = n.emit(ComplexPart{ComplexPartKind::kImag}, {x});
  return complex_of(g, real, g.neg(imaginary));
}

void conjugate(TfNode& n) {
  if (n.expect(1)) n.output(0, conjugate_of(n, n.input(0)));
}

void conjugate_transpose(TfNode& n) {
  if (n.expect(2)) n.output(0, conjugate_of(n, n.emit(Transpose{}, n.all_inputs())));
}

void make_complex(TfNode& n) {
  if (!n.expect(2)) return;
  if (!n.require(n.type(0).dtype == DType::kFloat32 || n.type(0).dtype == DType::kFloat64,
                 "the parts must be float32 or float64"))
    return;
  Compose g(n.builder());
  n.output(0, complex_of(g, n.input(0), n.input(1)));
}

}  // namespace

extern const ReadTfFacet read_tf_angle{"Angle", part<ComplexPartKind::kAngle>};
extern const ReadTfFacet read_tf_complex{"Complex", make_complex};
extern const ReadTfFacet read_tf_complex_abs{"ComplexAbs", part<ComplexPartKind::kComplexAbs>};
extern const ReadTfFacet read_tf_conj{"Conj", conjugate};
extern const ReadTfFacet read_tf_conjugate_transpose{"ConjugateTranspose", conjugate_transpose};
extern const ReadTfFacet read_tf_imag{"Imag", part<ComplexPartKind::kImag>};
extern const ReadTfFacet read_tf_real{"Real", part<ComplexPartKind::kReal>};

}  // namespace tare
