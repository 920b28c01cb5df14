// RANK.
#include "ops/rank_of.h"

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const RankOf&, InferContext& c) {
  c.output(0, DType::kInt32, {});
  if (c.shape(0).ranked()) c.output_contents(0, {Element::of(c.shape(0).rank())});
}

void eval(const RankOf&, EvalContext& c) {
  c.output(0).as<std::int32_t>()[0] = c.input(0).shape.rank();
}
void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(RankOf{});
}
void write_tflite(const RankOf&, TfliteWriter& w) { w.builtin(tflite::BuiltinOperator_RANK); }

}  // namespace

const OpDef RankOf::kOp = define_op<RankOf, infer, no_cost>("rank");
extern const EvalFacet eval_rank_of = eval_facet<RankOf, eval>();
extern const ReadTfliteFacet read_tflite_rank_of{tflite::BuiltinOperator_RANK, read_tflite};
extern const WriteTfliteFacet write_tflite_rank_of = write_tflite_facet<RankOf, write_tflite>();

}  // namespace tare
