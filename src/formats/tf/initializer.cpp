// What a module runs once, before its first run: values of variables, and the file's own
// initialisation of tables.
#include "formats/tf/importer.h"
#include "ops/variable/variable.h"

namespace tare {

Status TfImporter::run_initializer_graph(GraphBuilder& b) {
  auto index = TfGraphIndex::of(source_.initializer_graph->nodes, nullptr);
  if (!index) return index.error();
  std::vector<TfEdge> roots;
  for (std::size_t i = 0; i < index->nodes().size(); ++i) {
    const std::string& op = index->nodes()[i].op;
    if (op.starts_with("InitializeTable") || op.starts_with("LookupTableImport"))
      roots.push_back({i, 0, false});
  }
  for (const auto& made : source_.resources) {
    const auto edge = index->find(made.tensor);
    if (!edge) return edge.error();
    roots.push_back(*edge);
  }
  Walk walk{*index, b, std::vector<std::vector<ValueId>>(index->nodes().size()), {}};
  convert(walk, roots);
  return b.status();
}

// Gives variables their values, then runs what the file wants run once.
Status TfImporter::add_initializer(const TfGraphIndex& index) {
  const bool no_values = !assigns_ || variables_.empty();
  if (no_values && source_.initializer.empty() && source_.initializer_graph == nullptr) return {};
  const GraphId id = add_graph("initializer");
  GraphBuilder b(module_, id, &budget_);
  for (const auto& [name, variable] : variables_) {
    if (!assigns_ || !variable.first) continue;
    b.set_scope(name);
    const ValueId handle = b.emit(VarHandle{.container = {}, .shared_name = name}, {});
    b.emit_n(AssignVariable{}, {handle, b.constant(name, variable.type, variable.first->bytes)}, 0);
  }
  if (!source_.initializer.empty()) {
    const auto edge = index.find(source_.initializer);
    if (!edge) return placed(edge.error(), "the initializer");
    Walk walk{index, b, std::vector<std::vector<ValueId>>(index.nodes().size()), {}};
    feed_assets(walk);
    initializing_ = true;
    convert(walk, {*edge});
    initializing_ = false;
  }
  if (source_.initializer_graph != nullptr) {
    if (Status status = run_initializer_graph(b); !status)
      return placed(status.error(), "the initializer");
  }
  if (!b.ok()) return placed(b.error(), "the initializer");
  if (b.graph().nodes.empty()) {
    module_.graphs.pop_back();
    return {};
  }
  module_.initializer = id;
  return {};
}

}  // namespace tare
