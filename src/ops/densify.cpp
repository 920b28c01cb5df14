// DENSIFY has no op of its own: sparse constants are expanded when they are read, so that it passes
// them on.
#include "ir/facets.h"
#include "ports/tflite_node.h"

namespace tare {
namespace {

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  if (!n.require(n.input_value(0).is_constant, "the sparse tensor must be a constant")) return;
  const TensorType& in = n.type(0);
  const TensorType& out = n.output_type(0);
  if (!n.require(in.dtype == out.dtype && compatible(in.shape, out.shape),
                 "input " + in.shape.text() + " and output " + out.shape.text() + " differ"))
    return;
  n.alias(0, n.input(0));
}

}  // namespace

extern const ReadTfliteFacet read_tflite_densify{tflite::BuiltinOperator_DENSIFY, read_tflite};

}  // namespace tare
