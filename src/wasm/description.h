// A model and its plan as JSON text, for JavaScript to read once.
#pragma once

#include <string>

#include "wasm/session.h"

namespace tare {

std::string describe(const Error& error);
std::string describe(const std::vector<std::string>& names);
// Signatures, format, warnings and labels.
std::string describe(const Session& session);
std::string describe(const Model::Report& report);

}  // namespace tare
