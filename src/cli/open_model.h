// From a path to a model: a file, or a folder that holds one, and the files it asks for beside it.
#pragma once

#include <string>

#include "api/model.h"

namespace tare::cli {

// The file that a path means: itself, or in a folder model.json, saved_model.pb or the only model
// file there.
Result<std::string> model_file(const std::string& path);

// The file and every file that it needs, read.
Result<ModelBundle> read_bundle(const std::string& path, std::uint64_t max_bytes);

Result<Model> open_model(const std::string& path, const LoadOptions& options);

// The same by way of our own writer: the model is read, written as .tflite and read again.
Result<Model> open_rewritten_model(const std::string& path, const LoadOptions& options);

}  // namespace tare::cli
