// HASHTABLE_SIZE: how many keys a table has.
#include "ir/facets.h"
#include "ops/hashtable/hashtable.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const HashtableSize&, InferContext& c) {
  c.require(c.dtype(0) == DType::kResource, "input 0 must be a handle");
  c.output(0, DType::kInt64, {1});
}

void eval(const HashtableSize&, EvalContext& c) {
  const HashtableObject* table = table_of(c);
  if (table == nullptr || !c.require(table->filled, "the table is asked before it is filled"))
    return;
  c.output(0).as<std::int64_t>()[0] = static_cast<std::int64_t>(table->entries.size());
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(HashtableSize{});
}

void write_tflite(const HashtableSize&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_HASHTABLE_SIZE, tflite::CreateHashtableSizeOptions(w.fbb()));
}

}  // namespace

const OpDef HashtableSize::kOp =
    define_op<HashtableSize, infer, no_cost>("hashtable_size", kStateful);
extern const EvalFacet eval_hashtable_size = eval_facet<HashtableSize, eval>();
extern const ReadTfliteFacet read_tflite_hashtable_size{tflite::BuiltinOperator_HASHTABLE_SIZE,
                                                        read_tflite};
extern const WriteTfliteFacet write_tflite_hashtable_size =
    write_tflite_facet<HashtableSize, write_tflite>();

}  // namespace tare
