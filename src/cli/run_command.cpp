// tare run: one run of a model on given data; standard output has the outputs as one JSON object
// and nothing else.
#include <cstdio>

#include "cli/commands.h"
#include "cli/input_data.h"
#include "cli/model_command.h"
#include "cli/open_model.h"
#include "cli/signature_choice.h"
#include "cli/tensor_json.h"

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {
    {"--input", "[NAME=]DATA",
     "data as JSON, or a .json, .npy or .csv file; repeats for each input"},
    {"--signature", "NAME", "the entry to run (default: the first)"},
    {"--raw", "", "quantised inputs and outputs as stored integers instead of real numbers"},
    {"--details", "", "outputs as a list of {name, dtype, shape, data}, data flat"},
    {"--sample", "N", "with --details: at most N elements of each output, evenly spread"},
    {"--seed", "N", "of random ops that have none of their own"},
};

constexpr std::string_view kAbout =
    "tare run MODEL --input '[[3,2,1]]'\n\n"
    "Runs MODEL once and prints its outputs as JSON: {\"name\": nested arrays, ...}.";

// Output names may repeat; JSON keys may not.
std::string unique_key(const std::vector<TensorInfo>& outputs, std::size_t i) {
  std::size_t earlier = 0;
  for (std::size_t k = 0; k < i; ++k) earlier += outputs[k].name == outputs[i].name;
  if (!outputs[i].name.empty() && earlier == 0) return outputs[i].name;
  return outputs[i].name + ":" + std::to_string(outputs[i].name.empty() ? i : earlier);
}

std::vector<TensorValue> fetch_all(const Model& model, const Signature& signature, bool raw) {
  std::vector<TensorValue> outputs;
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) {
    outputs.push_back(fetch(model, static_cast<int>(i), raw));
  }
  return outputs;
}

std::string nested_text(const Signature& signature, const std::vector<TensorValue>& outputs) {
  JsonWriter writer;
  writer.open_object();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    writer.key(unique_key(signature.outputs, i));
    write_nested(outputs[i].view(), writer);
  }
  writer.close_object();
  return writer.take();
}

std::string details_text(const Signature& signature, const std::vector<TensorValue>& outputs,
                         std::int64_t sample) {
  JsonWriter writer;
  writer.open_array();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const TensorType& type = outputs[i].type;
    writer.open_object()
        .key("name")
        .string(signature.outputs[i].name)
        .key("dtype")
        .string(dtype_name(type.dtype));
    writer.key("shape");
    write_shape(type.shape, writer);
    writer.key("data");
    write_flat(outputs[i].view(), sample, writer);
    writer.close_object();
  }
  writer.close_array();
  return writer.take();
}

Result<std::string> run(const std::string& path, const Arguments& arguments,
                        const LoadOptions& options) {
  ErrorSink sink;
  LoadOptions load = options;
  load.seed = static_cast<std::uint64_t>(arguments.integer("--seed", 0, 0, sink));
  const std::int64_t sample = arguments.integer("--sample", INT64_MAX, 1, sink);
  if (!sink.ok()) return sink.error();
  auto model = open_model(path, load);
  if (!model) return model.error();
  for (const std::string& warning : model->warnings())
    std::fprintf(stderr, "tare: warning: %s\n", warning.c_str());
  const auto chosen = choose_signature(*model, arguments.text("--signature"));
  if (!chosen) return chosen.error();
  const Signature& signature = model->signatures()[static_cast<std::size_t>(*chosen)];
  const bool raw = arguments.has("--raw");
  const auto inputs = read_inputs(signature, {.values = arguments.all("--input"), .raw = raw});
  if (!inputs) return inputs.error();
  std::vector<Shape> shapes;
  for (const TensorValue& input : *inputs) shapes.push_back(input.type.shape);
  if (Status status = model->prepare(*chosen, shapes); !status) return status.error();
  for (std::size_t i = 0; i < inputs->size(); ++i) {
    if (Status status = feed(*model, static_cast<int>(i), (*inputs)[i]); !status)
      return status.error();
  }
  if (Status status = model->run(); !status) return status.error();
  const auto outputs = fetch_all(*model, signature, raw);
  return (arguments.has("--details") ? details_text(signature, outputs, sample)
                                     : nested_text(signature, outputs)) +
         "\n";
}

}  // namespace

int run_command(std::span<const std::string> words) {
  return run_model_command({.name = "run", .about = kAbout, .options = kOptions, .text = run},
                           words);
}

}  // namespace tare::cli
