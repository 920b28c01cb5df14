// Look-up tables. Nodes that name no table share none: each stands for its own.
#include "ir/facets.h"
#include "ops/hashtable/hashtable.h"
#include "ops/hashtable/import_file.h"
#include "ops/reshape.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void hash_table(TfNode& n) {
  std::string name = n.text("shared_name", "");
  if (name.empty()) name = n.name();
  n.output(
      0,
      n.emit(Hashtable{.name = name, .key = n.dtype("key_dtype"), .value = n.dtype("value_dtype")},
             {}));
}

void import_table(TfNode& n) {
  if (n.expect(3)) n.builder().emit_n(HashtableImport{}, n.all_inputs(), 0);
}

void import_file(TfNode& n) {
  if (!n.expect(2)) return;
  HashtableImportFile op{.files = n.functions().assets(),
                         .key_column = n.integer("key_index"),
                         .value_column = n.integer("value_index"),
                         .lines = n.integer("vocab_size", -1),
                         .delimiter = n.text("delimiter", "\t"),
                         .offset = n.integer("offset", 0)};
  constexpr std::int64_t kMaxColumn = 1 << 20;
  for (const std::int64_t column : {op.key_column, op.value_column})
    n.require(column >= HashtableImportFile::kWholeLine && column <= kMaxColumn,
              "key_index, value_index: out of range");
  n.require(!op.delimiter.empty() && op.lines >= -1, "delimiter, vocab_size: out of range");
  if (n.ok()) n.builder().emit_n(op, n.all_inputs(), 0);
}

void find(TfNode& n) {
  if (n.expect(3)) n.become(HashtableFind{});
}

void size(TfNode& n) {
  if (!n.expect(1)) return;
  n.output(0, n.emit(Reshape{.shape = {}},
                     {n.emit(HashtableSize{}, {n.input(0)}), n.builder().vector_i32({})}));
}

}  // namespace

extern const ReadTfFacet read_tf_hash_table{"HashTable", hash_table};
extern const ReadTfFacet read_tf_hash_table_v2{"HashTableV2", hash_table};
extern const ReadTfFacet read_tf_initialize_table{"InitializeTable", import_table};
extern const ReadTfFacet read_tf_initialize_table_v2{"InitializeTableV2", import_table};
extern const ReadTfFacet read_tf_initialize_table_from_text_file{"InitializeTableFromTextFile",
                                                                 import_file};
extern const ReadTfFacet read_tf_initialize_table_from_text_file_v2{"InitializeTableFromTextFileV2",
                                                                    import_file};
extern const ReadTfFacet read_tf_lookup_table_find{"LookupTableFind", find};
extern const ReadTfFacet read_tf_lookup_table_find_v2{"LookupTableFindV2", find};
extern const ReadTfFacet read_tf_lookup_table_import{"LookupTableImport", import_table};
extern const ReadTfFacet read_tf_lookup_table_import_v2{"LookupTableImportV2", import_table};
extern const ReadTfFacet read_tf_lookup_table_size{"LookupTableSize", size};
extern const ReadTfFacet read_tf_lookup_table_size_v2{"LookupTableSizeV2", size};

}  // namespace tare
