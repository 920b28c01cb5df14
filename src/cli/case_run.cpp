// A case names tensors as its makers did; a model may call them otherwise. Names decide where all
// of them are known, the order where none is.
#include "cli/case_run.h"

#include <algorithm>

#include "cli/elements.h"
#include "cli/files.h"
#include "cli/input_data.h"
#include "cli/open_model.h"
#include "cli/signature_choice.h"

namespace tare::cli {
namespace {

const TensorNames* names_of(const Case& c, const std::string& model) {
  const auto found = c.tensor_names.find(model);
  return found == c.tensor_names.end() ? nullptr : &found->second;
}

std::string mapped(const std::map<std::string, std::string>* names, const std::string& name) {
  if (names == nullptr) return name;
  const auto found = names->find(name);
  return found == names->end() ? name : found->second;
}

// For each wanted tensor where it stands among the model's; empty when neither names nor counts
// agree.
std::vector<std::size_t> positions(const std::vector<std::string>& model_names,
                                   const std::vector<CaseTensor>& wanted,
                                   const std::map<std::string, std::string>* names) {
  std::vector<std::size_t> at;
  for (const CaseTensor& tensor : wanted) {
    auto found = std::find(model_names.begin(), model_names.end(), tensor.name);
    if (found == model_names.end()) {
      found = std::find(model_names.begin(), model_names.end(), mapped(names, tensor.name));
    }
    const auto position = static_cast<std::size_t>(found - model_names.begin());
    // A name that is missing or stands twice decides nothing.
    if (found == model_names.end() || std::find(at.begin(), at.end(), position) != at.end()) {
      at.clear();
      break;
    }
    at.push_back(position);
  }
  if (at.empty() && wanted.size() == model_names.size()) {
    for (std::size_t i = 0; i < wanted.size(); ++i) at.push_back(i);
  }
  return at;
}

std::vector<std::string> names_in(const std::vector<TensorInfo>& tensors) {
  std::vector<std::string> names;
  for (const TensorInfo& tensor : tensors) names.push_back(tensor.name);
  return names;
}

LoadOptions load_options(const Case& c, const std::string& model, const Budgets& budgets) {
  LoadOptions options;
  options.budgets = budgets;
  const TensorNames* names = names_of(c, model);
  if (names == nullptr || !model.ends_with(".pb") || c.runs.empty()) return options;
  for (const CaseTensor& input : c.runs[0].inputs)
    options.input_names.push_back(mapped(&names->inputs, input.name));
  for (const CaseTensor& output : c.runs[0].outputs) {
    options.output_names.push_back(mapped(&names->outputs, output.name));
  }
  return options;
}

Result<int> signature_of_run(const Model& model, const Case& c, const CaseRun& run,
                             const std::string& file) {
  const std::string& name = run.signature.empty() ? c.signature : run.signature;
  // A converted graph holds the one signature that it was made from, under no name of its own.
  if (model.signatures().size() == 1 && file.ends_with("model.json"))
    return choose_signature(model, {});
  return choose_signature(model, name);
}

Status run_once(Model& model, const Case& c, const CaseRun& run, const std::string& file,
                RunOutputs& outputs) {
  const auto chosen = signature_of_run(model, c, run, file);
  if (!chosen) return chosen.error();
  const Signature& signature = model.signatures()[static_cast<std::size_t>(*chosen)];
  const TensorNames* names = names_of(c, file);
  const auto at =
      positions(names_in(signature.inputs), run.inputs, names ? &names->inputs : nullptr);
  if (at.size() != signature.inputs.size()) {
    return Error{Code::kInvalidArgument,
                 "the model takes " + std::to_string(signature.inputs.size()) +
                     " inputs, the case gives " + std::to_string(run.inputs.size()),
                 {}};
  }
  std::vector<Shape> shapes(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) shapes[at[i]] = run.inputs[i].value.type.shape;
  if (Status status = model.prepare(*chosen, shapes); !status) return status;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const DType dtype = signature.inputs[at[i]].type.dtype;
    const auto value = convert_elements(run.inputs[i].value, dtype);
    if (!value)
      return Error{value.error().code, value.error().message, "input '" + run.inputs[i].name + "'"};
    if (Status status = feed(model, static_cast<int>(at[i]), *value); !status) return status;
  }
  if (Status status = model.run(); !status) return status;
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) {
    outputs.tensors.push_back(fetch(model, static_cast<int>(i), true));
  }
  outputs.order =
      positions(names_in(signature.outputs), run.outputs, names ? &names->outputs : nullptr);
  outputs.lowered = model.report().segments > 0;
  return {};
}

}  // namespace

CaseOutcome run_case_file(const Case& c, const std::string& file, const CheckOptions& check) {
  CaseOutcome outcome;
  LoadOptions options = load_options(c, file, check.budgets);
  options.use_xnnpack = check.use_xnnpack;
  const std::string path = join(c.folder, file);
  auto model = check.rewrite ? open_rewritten_model(path, options) : open_model(path, options);
  if (!model) {
    outcome.error = model.error();
    return outcome;
  }
  outcome.loaded = true;
  for (const CaseRun& run : c.runs) {
    if (!c.keeps_state && !outcome.runs.empty()) model->reset();
    if (Status status = run_once(*model, c, run, file, outcome.runs.emplace_back()); !status) {
      outcome.error = status.error();
      return outcome;
    }
  }
  return outcome;
}

std::string outputs_mismatch(const Case& c, const RunOutputs& got,
                             const std::vector<CaseTensor>& want) {
  if (got.order.size() != want.size()) {
    return std::to_string(got.tensors.size()) + " outputs, want " + std::to_string(want.size());
  }
  for (std::size_t i = 0; i < want.size(); ++i) {
    const std::string text = mismatch(got.tensors[got.order[i]].view(), want[i], c.tolerance);
    if (!text.empty()) return "output '" + want[i].name + "': " + text;
  }
  return {};
}

void tally_outputs(const RunOutputs& got, const std::vector<CaseTensor>& want, Tallies& tallies) {
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!want[i].shape_only) tally(got.tensors[got.order[i]].view(), want[i].value.view(), tallies);
  }
}

}  // namespace tare::cli
