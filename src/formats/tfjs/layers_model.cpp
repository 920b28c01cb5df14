// TF.js layers-models: model.json with a Keras topology, and weight files. Also read: headers made by hand, without
// "format", without "model_config", without an InputLayer.
#include "formats/keras/model.h"
#include "formats/tfjs/weights.h"

namespace tare {
namespace {

std::string_view text_of(const ModelBundle& bundle) {
  const auto bytes = bundle.files().front().bytes.bytes();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool recognises(const ModelBundle& bundle) {
  const std::string_view text = text_of(bundle);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (!text.starts_with("{") || has("\"graph-model\"")) return false;
  if (has("\"layers-model\"") || has("\"model_config\"")) return true;
  // Without a format: a topology that speaks of classes. A graph's topology has nodes.
  return (has("\"modelTopology\"") || has("\"weightsManifest\"")) && (has("\"class_name\"") || !has("\"node\""));
}

Result<JsonDocument> parse(const ModelBundle& bundle) {
  auto document = JsonDocument::parse(text_of(bundle));
  if (!document) {
    Error error = document.error();
    error.where = bundle.files().front().name;
    return error;
  }
  if (!document->root().is_object()) {
    return Error{Code::kInvalidModel, "expected a JSON object", bundle.files().front().name};
  }
  return document;
}

Error placed(Error error, const ModelBundle& bundle) {
  const std::string& file = bundle.files().front().name;
  error.where = error.where.empty() ? file : file + ": " + error.where;
  return error;
}

Result<std::vector<std::string>> missing(const ModelBundle& bundle) {
  auto document = parse(bundle);
  if (!document) return document.error();
  auto names = missing_tfjs_weights(document->root().at("weightsManifest"), bundle);
  if (!names) return placed(names.error(), bundle);
  return names;
}

class TfjsVariables : public KerasVariables {
 public:
  explicit TfjsVariables(TfjsWeights weights) : weights_(std::move(weights)) {}
  Result<TensorType> type(std::size_t entry) override { return weights_.entries()[entry].type; }
  Result<TensorValue> read(std::size_t entry) override { return weights_.read(entry); }

 private:
  TfjsWeights weights_;
};

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto document = parse(bundle);
  if (!document) return document.error();
  const Json root = document->root();
  const Json topology = root.at("modelTopology");
  const Json model = topology.has("model_config") ? topology.at("model_config") : topology;
  ErrorSink sink;
  if (!topology.is_object()) topology.expected("an object", sink);
  if (sink.ok() && !model.is_object()) model.expected("an object", sink);
  const std::string version(topology.at("keras_version").string_or("", sink));
  if (!sink.ok()) return placed(sink.error(), bundle);

  auto weights = TfjsWeights::open(root.at("weightsManifest"), bundle, options);
  if (!weights) return placed(weights.error(), bundle);
  std::vector<std::string> warnings = weights->warnings();
  std::vector<KerasWeightStore::Entry> entries;
  for (const auto& entry : weights->entries()) entries.push_back({entry.name, {}});
  KerasWeightStore store(std::move(entries), std::make_unique<TfjsVariables>(weights.take()));

  KerasSource source;
  source.model = model;
  source.generation = keras_generation(version, model);
  source.weights = &store;
  source.format = "TF.js layers-model (Keras " + std::to_string(source.generation) + ")";
  auto module = read_keras_model(source, options);
  if (module) module->warnings.insert(module->warnings.begin(), warnings.begin(), warnings.end());
  return module;
}

}  // namespace

extern const FormatReader format_tfjs_layers{"tfjs layers-model", recognises, missing, read};

}  // namespace tare
