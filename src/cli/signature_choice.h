// Which entry of a model a command means, and which tensors of a frozen graph are its inputs and
// outputs.
#pragma once

#include <span>
#include <string_view>

#include "api/model.h"
#include "cli/arguments.h"

namespace tare::cli {

// The index of the signature of this name; of the first one for an empty name.
Result<int> choose_signature(const Model& model, std::string_view name);

// --feed and --fetch: names of tensors of a frozen GraphDef, which has no signature of its own.
std::span<const Option> frozen_graph_options();
LoadOptions frozen_graph_names(const Arguments& arguments);

// Shapes to prepare a signature with: what the model declares, then --shape, then 1 for what is
// still open.
Result<std::vector<Shape>> shapes_for(const Signature& signature,
                                      std::span<const NamedShape> given);

}  // namespace tare::cli
