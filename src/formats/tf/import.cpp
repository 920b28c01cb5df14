// From a file's graph to a module: functions are indexed, then each signature and what runs before
// the first run become graphs.
#include "formats/tf/import.h"

#include <algorithm>

#include "formats/tf/frames.h"
#include "formats/tf/importer.h"

namespace tare {

Error placed(Error error, const std::string& where) {
  error.where = error.where.empty() ? where : where + " > " + error.where;
  return error;
}

Status TfImporter::index_functions() {
  for (const TfFunctionDef& f : source_.graph->functions) {
    if (f.name.empty()) return Error{Code::kInvalidModel, "a function without a name", {}};
    const std::string where = "function '" + f.name + "'";
    auto index = TfGraphIndex::of(f.nodes, &f);
    if (!index) return placed(index.error(), where);
    if (!functions_.emplace(f.name, Function{&f, index.take()}).second)
      return Error{Code::kInvalidModel, "there are two of it", where};
    for (const auto& output : f.outputs) {
      const bool there = std::any_of(f.results.begin(), f.results.end(),
                                     [&](const auto& r) { return r.first == output.name; });
      if (!there)
        return Error{Code::kInvalidModel, "output '" + output.name + "' is never given", where};
    }
  }
  return {};
}

Result<Module> TfImporter::read() {
  module_.format = source_.format;
  if (Status status = lower_frames(*source_.graph); !status) return status.error();
  auto index = TfGraphIndex::of(source_.graph->nodes, nullptr);
  if (!index) return index.error();
  if (auto order = index->order_of_all(); !order) return order.error();
  if (Status status = index_functions(); !status) return status.error();
  if (source_.signatures.empty())
    return Error{Code::kInvalidModel, "there is no signature to run", {}};
  find_assignments(*index);
  for (const TfSignature& signature : source_.signatures) {
    if (Status status = add_signature(signature, *index); !status) return status.error();
  }
  if (Status status = add_initializer(*index); !status) return status.error();
  return std::move(module_);
}

Result<TfSignature> signature_of_graph(const TfGraphDef& graph) {
  auto index = TfGraphIndex::of(graph.nodes, nullptr);
  if (!index) return index.error();
  std::vector<bool> used(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const TfEdge& edge : index->inputs(i)) used[edge.node] = true;
  }
  TfSignature signature;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TfNodeDef& node = graph.nodes[i];
    if (node.op == "Placeholder")
      signature.inputs.push_back({node.name, node.name});
    else if (!used[i] && node.op != "Const" && node.op != "NoOp" && node.op != "Assert")
      signature.outputs.push_back({node.name, node.name});
  }
  return signature;
}

Result<Module> read_tf_graph(const TfSource& source, const ReadOptions& options) {
  return TfImporter(source, options).read();
}

}  // namespace tare
