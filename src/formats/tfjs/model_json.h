// model.json: how its text is found in a bundle and parsed. Layers-models and graph-models share
// it.
#pragma once

#include <string_view>

#include "base/json.h"
#include "formats/bundle.h"

namespace tare {

// Without a byte-order mark and leading blanks.
std::string_view model_json_text(const ModelBundle& bundle);
// An object, or an error that names the file.
Result<JsonDocument> parse_model_json(const ModelBundle& bundle);

}  // namespace tare
