// tare inspect: what a model takes and gives, its nodes and what runs each of them, and what it
// weighs.
#include <cstdio>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/inspect_report.h"
#include "cli/open_model.h"
#include "cli/signature_choice.h"

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {
    {"--json", "", "as JSON"},
    {"--signature", "NAME", "the entry whose nodes are shown (default: the first)"},
    {"--shape", "[NAME=]1,224,224,3",
     "shape of an input whose size is open (default: 1 for each open extent)"},
    {"--reference", "", "as it would run without XNNPACK"},
};

std::vector<Option> options() {
  std::vector<Option> all(std::begin(kOptions), std::end(kOptions));
  for (const auto& group : {frozen_graph_options(), budget_options()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

std::string usage() {
  return "tare inspect MODEL\n\n"
         "Shows inputs, outputs, nodes with shapes, element types and quantisation, whether "
         "XNNPACK or a reference\n"
         "kernel runs each node and why, parameters, multiply-accumulates and memory.\n\n" +
         usage_of(options());
}

Result<std::string> inspect(const Arguments& arguments, const LoadOptions& load) {
  auto model = open_model(arguments.rest()[0], load);
  if (!model) return model.error();
  const auto chosen = choose_signature(*model, arguments.text("--signature"));
  if (!chosen) return chosen.error();
  const auto named = shapes_from(arguments);
  if (!named) return named.error();
  const auto shapes = shapes_for(model->signatures()[static_cast<std::size_t>(*chosen)], *named);
  if (!shapes) return shapes.error();
  const Inspection inspection{.model = *model,
                              .path = arguments.rest()[0],
                              .signature = *chosen,
                              .shapes = *shapes,
                              .prepared = model->prepare(*chosen, *shapes)};
  return arguments.has("--json") ? inspection_json(inspection) : inspection_text(inspection);
}

}  // namespace

int inspect_command(std::span<const std::string> words) {
  const auto arguments = Arguments::parse(words, options());
  if (!arguments) return report_misuse(arguments.error(), usage());
  if (arguments->has("--help")) return show_usage(usage());
  if (arguments->rest().size() != 1) {
    return report_misuse({Code::kInvalidArgument, "inspect takes one model", {}}, usage());
  }
  ErrorSink sink;
  LoadOptions load = frozen_graph_names(*arguments);
  load.budgets = budgets_from(*arguments, sink);
  load.use_xnnpack = !arguments->has("--reference");
  if (!sink.ok()) return report_misuse(sink.error(), usage());
  const auto text = inspect(*arguments, load);
  if (!text) return report_error(text.error());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace tare::cli
