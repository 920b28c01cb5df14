// Names of signatures and tensors, checked against the model.
#include "cli/signature_choice.h"

#include <algorithm>

namespace tare::cli {
namespace {

constexpr Option kFrozenOptions[] = {
    {"--feed", "TENSOR", "frozen GraphDef: a tensor to give (default: the placeholders); repeats"},
    {"--fetch", "TENSOR",
     "frozen GraphDef: a tensor to compute (default: what nothing consumes); repeats"},
};

}  // namespace

Result<int> choose_signature(const Model& model, std::string_view name) {
  const auto& signatures = model.signatures();
  std::string known;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (name.empty() || signatures[i].name == name) return static_cast<int>(i);
    known += (i > 0 ? ", '" : "'") + signatures[i].name + "'";
  }
  return Error{Code::kInvalidArgument,
               signatures.empty()
                   ? "the model has no signature to run"
                   : "there is no signature '" + std::string(name) + "'; there are: " + known,
               {}};
}

std::span<const Option> frozen_graph_options() { return kFrozenOptions; }

LoadOptions frozen_graph_names(const Arguments& arguments) {
  LoadOptions options;
  options.input_names = arguments.all("--feed");
  options.output_names = arguments.all("--fetch");
  return options;
}

Result<std::vector<Shape>> shapes_for(const Signature& signature,
                                      std::span<const NamedShape> given) {
  std::vector<Shape> shapes;
  for (const TensorInfo& input : signature.inputs) shapes.push_back(input.type.shape);
  for (const NamedShape& named : given) {
    const auto found = std::find_if(
        signature.inputs.begin(), signature.inputs.end(),
        [&](const TensorInfo& input) { return named.name.empty() || input.name == named.name; });
    if (found == signature.inputs.end()) {
      return Error{Code::kInvalidArgument, "--shape: there is no input '" + named.name + "'", {}};
    }
    shapes[static_cast<std::size_t>(found - signature.inputs.begin())] = named.shape;
  }
  for (Shape& shape : shapes) {
    if (!shape.ranked()) shape = Shape{1};
    for (int i = 0; i < shape.rank(); ++i) {
      if (!is_known(shape[i])) shape[i] = 1;
    }
  }
  return shapes;
}

}  // namespace tare::cli
