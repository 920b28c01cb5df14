// HASHTABLE_IMPORT: of two equal keys the first one counts.
#include "ir/facets.h"
#include "ops/hashtable/hashtable.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const HashtableImport&, InferContext& c) {
  c.require(c.dtype(0) == DType::kResource, "input 0 must be a handle");
  c.require(!is_handle(c.dtype(1)) && !is_handle(c.dtype(2)), "keys and values must be data");
}

void eval(const HashtableImport&, EvalContext& c) {
  HashtableObject* table = table_of(c);
  if (table == nullptr || table->filled) return;
  const std::int64_t count = c.input(1).elements();
  if (!c.require(c.input(1).dtype == table->key && c.input(2).dtype == table->value,
                 "the table has other types") ||
      !c.require(c.input(2).elements() == count, "as many values as keys are required")) {
    return;
  }
  for (std::int64_t i = 0; i < count; ++i)
    table->entries.emplace(element_of(c, 1, i), element_of(c, 2, i));
  table->filled = true;
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3, 0)) n.emit(HashtableImport{});
}

void write_tflite(const HashtableImport&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_HASHTABLE_IMPORT,
            tflite::CreateHashtableImportOptions(w.fbb()));
}

}  // namespace

const OpDef HashtableImport::kOp =
    define_op<HashtableImport, infer, no_cost>("hashtable_import", kStateful | kOrdered);
extern const EvalFacet eval_hashtable_import = eval_facet<HashtableImport, eval>();
extern const ReadTfliteFacet read_tflite_hashtable_import{tflite::BuiltinOperator_HASHTABLE_IMPORT,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_hashtable_import =
    write_tflite_facet<HashtableImport, write_tflite>();

}  // namespace tare
