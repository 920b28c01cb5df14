// Turns a Keras topology and its variables into the IR. The three formats that carry Keras models
// (TF.js layers-model, .h5, .keras) each find the topology and the variables; everything after that
// is here and in the layers' rules.
#pragma once

#include "formats/keras/topology.h"
#include "formats/keras/weight_store.h"
#include "formats/open.h"

namespace tare {

// Files that layers keep beside their weights: vocabularies.
class KerasAssets {
 public:
  virtual ~KerasAssets() = default;
  virtual Result<std::optional<Buffer>> find(const std::string& path) const = 0;
};

struct KerasSource {
  Json model;          // the serialised model: class_name and config
  int generation = 3;  // of the Keras that wrote it
  std::string format;  // for people: "TF.js layers-model (Keras 2)"
  KerasWeightStore* weights = nullptr;
  const KerasAssets* assets = nullptr;  // none but in archives
};

Result<Module> read_keras_model(const KerasSource& source, const ReadOptions& options);

// 2 or 3: by the version that the file states ("2.15.0"), else by how its layers are written.
int keras_generation(std::string_view version, Json model);

// Sets the types that a layer computes with and keeps its variables in, from its "dtype".
void read_dtype_policy(Json dtype, KerasObject& object, ErrorSink& sink);
// Element type by Keras's name for it.
std::optional<DType> keras_dtype(std::string_view name);

}  // namespace tare
