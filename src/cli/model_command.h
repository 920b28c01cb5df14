// What run, inspect and benchmark have in common: one model, the options that say how to read it
// and within which budgets, and a text as the result. What differs is a ModelCommand.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/model.h"
#include "base/result.h"
#include "cli/arguments.h"

namespace tare::cli {

struct ModelCommand {
  std::string_view name;  // "run"
  // Usage down to the options.
  std::string_view about;
  // Those of the command's own; every command has besides how to read a frozen graph, the budgets
  // and --reference.
  std::span<const Option> options;
  // What goes to standard output.
  Result<std::string> (*text)(const std::string& path, const Arguments&, const LoadOptions&);
};

// Returns the exit code, as commands do.
int run_model_command(const ModelCommand& command, std::span<const std::string> words);

}  // namespace tare::cli
