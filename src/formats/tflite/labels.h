// Class names that a file carries in its metadata.
#pragma once

#include <string>
#include <vector>

#include "formats/tflite/file.h"

namespace tare::tflite_format {

// Empty when the file has none. Broken metadata do not make a model useless: the caller turns
// errors into warnings.
Result<std::vector<std::string>> read_labels(File& file);

}  // namespace tare::tflite_format
