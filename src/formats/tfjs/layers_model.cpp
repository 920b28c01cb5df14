// TF.js layers-models: model.json with a Keras topology, and weight files. Also read: headers made
// by hand, without "format", without "model_config", without an InputLayer.
#include "formats/keras/model.h"
#include "formats/tfjs/model_json.h"
#include "formats/tfjs/weights.h"

namespace tare {
namespace {

bool recognises(const ModelBundle& bundle) {
  const std::string_view text = model_json_text(bundle);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (!text.starts_with("{") || has("\"graph-model\"")) return false;
  if (has("\"layers-model\"") || has("\"model_config\"")) return true;
  // Without a format: a topology that speaks of classes. A graph's topology has nodes.
  return (has("\"modelTopology\"") || has("\"weightsManifest\"")) &&
         (has("\"class_name\"") || !has("\"node\""));
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
  auto document = parse_model_json(bundle);
  if (!document) return document.error();
  const Json root = document->root();
  const Json topology = root.at("modelTopology");
  const Json model = topology.has("model_config") ? topology.at("model_config") : topology;
  ErrorSink sink;
  if (!topology.is_object()) topology.expected("an object", sink);
  if (sink.ok() && !model.is_object()) model.expected("an object", sink);
  const std::string version(topology.at("keras_version").string_or("", sink));
  if (!sink.ok()) return in_file(sink.error(), bundle);

  auto weights = TfjsWeights::open(root.at("weightsManifest"), bundle, options);
  if (!weights) return in_file(weights.error(), bundle);
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

extern const FormatReader format_tfjs_layers{"tfjs layers-model", recognises, missing_tfjs_weights,
                                             read};

}  // namespace tare
