// TF.js graph-models: model.json with a GraphDef in JSON, and weight files that hold its constants.
#include <unordered_map>

#include "formats/tf/import.h"
#include "formats/tfjs/model_json.h"
#include "formats/tfjs/weights.h"

namespace tare {
namespace {

bool recognises(const ModelBundle& bundle) {
  const std::string_view text = model_json_text(bundle);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (!text.starts_with("{") || has("\"layers-model\"") || has("\"model_config\"")) return false;
  return has("\"graph-model\"") ||
         (has("\"modelTopology\"") && has("\"node\"") && !has("\"class_name\""));
}

class TfjsConstants : public TfConstants {
 public:
  explicit TfjsConstants(TfjsWeights weights) : weights_(std::move(weights)) {
    for (std::size_t i = 0; i < weights_.entries().size(); ++i)
      by_name_.emplace(weights_.entries()[i].name, i);
  }
  std::optional<Result<TensorValue>> find(const std::string& name) override {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return std::nullopt;
    return weights_.read(found->second);
  }

 private:
  TfjsWeights weights_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

void read_tensors(Json json, std::vector<TfSignature::Tensor>& into, ErrorSink& sink) {
  if (!json.is_null() && !json.is_object()) json.expected("an object", sink);
  for (const Json tensor : json) {
    if (!tensor.is_object()) return tensor.expected("a tensor's name, type and shape", sink);
    TfSignature::Tensor t{std::string(tensor.key()),
                          std::string(tensor.at("name").string_or(tensor.key(), sink))};
    if (tensor.has("dtype")) t.type = decode_tf_type(tensor.at("dtype"), sink);
    if (tensor.has("resourceId")) t.resource = tensor.at("resourceId").integer(sink);
    if (tensor.has("tensorShape")) t.shape = decode_tf_shape(tensor.at("tensorShape"), sink);
    into.push_back(std::move(t));
  }
}

Result<TfSignature> signature_of(Json root, const TfGraphDef& graph) {
  Json json = root.at("signature");
  ErrorSink sink;
  if (!json.is_null() && !json.is_object()) json.expected("an object", sink);
  if (!json.at("outputs").is_object()) json = root.at("userDefinedMetadata").at("signature");
  if (sink.ok() && !json.at("outputs").is_object()) return signature_of_graph(graph);
  TfSignature signature;
  read_tensors(json.at("inputs"), signature.inputs, sink);
  read_tensors(json.at("outputs"), signature.outputs, sink);
  if (!sink.ok()) return sink.error();
  // Some writers state results alone.
  if (signature.inputs.empty()) {
    auto whole = signature_of_graph(graph);
    if (!whole) return whole.error();
    signature.inputs = std::move(whole->inputs);
  }
  return signature;
}

Result<Module> read_graph_model(Json root, ModelBundle& bundle, const ReadOptions& options) {
  auto graph = decode_tf_graph(root.at("modelTopology"), options.max_nodes);
  if (!graph) return graph.error();
  auto weights = TfjsWeights::open(root.at("weightsManifest"), bundle, options);
  if (!weights) return weights.error();
  const std::vector<std::string> warnings = weights->warnings();
  TfjsConstants constants(weights.take());
  auto signature = signature_of(root, *graph);
  if (!signature) return signature.error();
  TfSource source;
  source.graph = &*graph;
  source.constants = &constants;
  source.signatures = {signature.take()};
  source.format = "TF.js graph-model";
  TfGraphDef initializer;
  if (root.at("modelInitializer").is_object()) {
    auto decoded = decode_tf_graph(root.at("modelInitializer"), options.max_nodes);
    if (!decoded) return decoded.error();
    initializer = decoded.take();
    source.initializer_graph = &initializer;
    ErrorSink sink;
    read_tensors(root.at("initializerSignature").at("outputs"), source.resources, sink);
    if (!sink.ok()) return sink.error();
  }
  auto module = read_tf_graph(source, options);
  if (module) module->warnings.insert(module->warnings.begin(), warnings.begin(), warnings.end());
  return module;
}

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto document = parse_model_json(bundle);
  if (!document) return document.error();
  const std::string file = bundle.files().front().name;
  auto module = read_graph_model(document->root(), bundle, options);
  if (module) return module;
  Error error = module.error();
  error.where = error.where.empty() ? file : file + ": " + error.where;
  return error;
}

}  // namespace

extern const FormatReader format_tfjs_graph{"tfjs graph-model", recognises, missing_tfjs_weights,
                                            read};

}  // namespace tare
