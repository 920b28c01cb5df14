// ZEROS_LIKE.
#include "ops/zeros_like.h"

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const ZerosLike&, InferContext& c) { c.output(0, c.dtype(0), c.shape(0)); }
void eval(const ZerosLike&, EvalContext& c) {
  move_elements(c, 0, [](std::int64_t) { return Source{nullptr, 0}; });
}
void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(ZerosLike{});
}
void write_tflite(const ZerosLike&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_ZEROS_LIKE);
}

}  // namespace

const OpDef ZerosLike::kOp = define_op<ZerosLike, infer, no_cost>("zeros_like");
extern const EvalFacet eval_zeros_like = eval_facet<ZerosLike, eval>();
extern const ReadTfliteFacet read_tflite_zeros_like{tflite::BuiltinOperator_ZEROS_LIKE,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_zeros_like =
    write_tflite_facet<ZerosLike, write_tflite>();

}  // namespace tare
