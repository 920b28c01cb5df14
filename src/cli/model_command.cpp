// The options that every command with a model shares, and what they open.
#include "cli/model_command.h"

#include <cstdio>
#include <iterator>
#include <vector>

#include "cli/commands.h"
#include "cli/signature_choice.h"

namespace tare::cli {
namespace {

constexpr Option kShared[] = {
    {"--reference", "", "reference kernels alone, without XNNPACK"},
};

std::vector<Option> all_options(std::span<const Option> own) {
  std::vector<Option> all(own.begin(), own.end());
  for (const std::span<const Option> group :
       {std::span<const Option>(kShared), frozen_graph_options(), budget_options()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace

int run_model_command(const ModelCommand& command, std::span<const std::string> words) {
  const std::vector<Option> options = all_options(command.options);
  const std::string usage = std::string(command.about) + "\n\n" + usage_of(options);
  const auto arguments = Arguments::parse(words, options);
  if (!arguments) return report_misuse(arguments.error(), usage);
  if (arguments->has("--help")) return show_usage(usage);
  if (arguments->rest().size() != 1) {
    const std::string message = std::string(command.name) + " takes one model";
    return report_misuse({Code::kInvalidArgument, message, {}}, usage);
  }
  ErrorSink sink;
  LoadOptions load = frozen_graph_names(*arguments);
  load.budgets = budgets_from(*arguments, sink);
  load.use_xnnpack = !arguments->has("--reference");
  if (!sink.ok()) return report_misuse(sink.error(), usage);
  const auto text = command.text(arguments->rest()[0], *arguments, load);
  if (!text) return report_error(text.error());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace tare::cli
