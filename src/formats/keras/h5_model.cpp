// Keras models in one HDF5 file (.h5): the topology is an attribute, the weights are datasets in a
// group per layer.
#include "formats/keras/hdf5/hdf5.h"
#include "formats/keras/hdf5_variables.h"
#include "formats/keras/model.h"

namespace tare {
namespace {

bool recognises(const ModelBundle& bundle) {
  return Hdf5File::find_signature(bundle.files().front().bytes.bytes()).has_value();
}

Result<std::vector<std::string>> missing(const ModelBundle&, std::uint64_t) {
  return std::vector<std::string>();
}

// The strings of an attribute that Keras may have cut into name0, name1, ... because it was too
// long.
std::vector<std::string> long_strings(Hdf5File& file, Hdf5File::Address object,
                                      const std::string& name, bool& found) {
  std::vector<std::string> strings;
  found = false;
  if (const auto whole = file.attribute(object, name)) {
    found = true;
    return file.strings(*whole);
  }
  for (int i = 0; file.ok(); ++i) {
    const auto part = file.attribute(object, name + std::to_string(i));
    if (!part) break;
    found = true;
    for (std::string& s : file.strings(*part)) strings.push_back(std::move(s));
  }
  return strings;
}

std::string text_attribute(Hdf5File& file, Hdf5File::Address object, std::string_view name) {
  const auto attribute = file.attribute(object, name);
  if (!attribute || !file.ok()) return {};
  auto strings = file.strings(*attribute);
  return strings.size() == 1 ? strings[0] : std::string();
}

Error invalid(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

Result<std::unique_ptr<KerasWeightStore>> open_weights(const std::shared_ptr<Hdf5File>& file,
                                                       Hdf5File::Address root) {
  const auto group = file->find(root, "model_weights");
  if (!file->ok()) return file->error();
  if (!group) return invalid("the file has no group 'model_weights'");
  bool found = false;
  const auto layers = long_strings(*file, *group, "layer_names", found);
  if (file->ok() && !found) return invalid("'model_weights' has no attribute 'layer_names'");
  std::vector<KerasWeightStore::Entry> entries;
  auto variables = std::make_unique<Hdf5Variables>(file);
  for (const std::string& layer : layers) {
    const auto layer_group = file->find(*group, layer);
    if (!file->ok()) return file->error();
    if (!layer_group) return invalid("'model_weights' has no group for layer '" + layer + "'");
    for (const std::string& name : long_strings(*file, *layer_group, "weight_names", found)) {
      const auto dataset = file->find(*layer_group, name);
      if (!file->ok()) return file->error();
      if (!dataset)
        return invalid("weight '" + name + "' of layer '" + layer + "' is not in the file");
      entries.push_back({name, layer});
      variables->add(*dataset);
    }
  }
  if (!file->ok()) return file->error();
  return std::make_unique<KerasWeightStore>(std::move(entries), std::move(variables));
}

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto file = std::make_shared<Hdf5File>(bundle.files().front().bytes, options.max_bytes);
  bundle.files().clear();
  if (!file->ok()) return file->error();
  const std::string config = text_attribute(*file, file->root(), "model_config");
  std::string version = text_attribute(*file, file->root(), "keras_version");
  if (!file->ok()) return file->error();
  if (config.empty()) {
    const bool weights = file->attribute(file->root(), "layer_names") ||
                         file->find(file->root(), "layers") ||
                         file->find(file->root(), "model_weights");
    if (!file->ok()) return file->error();
    return invalid(
        weights ? "the file holds weights only: save the whole model (model.save), not its weights"
                : "an HDF5 file without a Keras model");
  }
  auto document = JsonDocument::parse(config, {.from_python = true});
  if (!document) {
    Error error = document.error();
    error.where = "model_config";
    return error;
  }
  auto weights = open_weights(file, file->root());
  if (!weights) return weights.error();
  KerasSource source;
  source.model = document->root();
  source.generation = keras_generation(version, source.model);
  source.format = "Keras " + std::to_string(source.generation) + " .h5";
  source.weights = weights->get();
  return read_keras_model(source, options);
}

}  // namespace

extern const FormatReader format_keras_h5{"keras .h5", recognises, missing, read};

}  // namespace tare
