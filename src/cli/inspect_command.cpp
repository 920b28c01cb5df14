// tare inspect: what a model takes and gives, its nodes and what runs each of them, and what it
// weighs.
#include "cli/commands.h"
#include "cli/inspect_report.h"
#include "cli/model_command.h"
#include "cli/open_model.h"
#include "cli/signature_choice.h"

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {
    {"--json", "", "as JSON"},
    {"--signature", "NAME", "the entry whose nodes are shown (default: the first)"},
    {"--shape", "[NAME=]1,224,224,3",
     "shape of an input whose size is open (default: 1 for each open extent)"},
};

constexpr std::string_view kAbout =
    "tare inspect MODEL\n\n"
    "Shows inputs, outputs, nodes with shapes, element types and quantisation, whether XNNPACK or "
    "a "
    "reference\nkernel runs each node and why, parameters, multiply-accumulates and memory.";

Result<std::string> inspect(const std::string& path, const Arguments& arguments,
                            const LoadOptions& load) {
  auto model = open_model(path, load);
  if (!model) return model.error();
  const auto chosen = choose_signature(*model, arguments.text("--signature"));
  if (!chosen) return chosen.error();
  const auto named = shapes_from(arguments);
  if (!named) return named.error();
  const auto shapes = shapes_for(model->signatures()[static_cast<std::size_t>(*chosen)], *named);
  if (!shapes) return shapes.error();
  const Inspection inspection{.model = *model,
                              .path = path,
                              .signature = *chosen,
                              .shapes = *shapes,
                              .prepared = model->prepare(*chosen, *shapes)};
  return arguments.has("--json") ? inspection_json(inspection) : inspection_text(inspection);
}

}  // namespace

int inspect_command(std::span<const std::string> words) {
  return run_model_command(
      {.name = "inspect", .about = kAbout, .options = kOptions, .text = inspect}, words);
}

}  // namespace tare::cli
