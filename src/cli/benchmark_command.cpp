// tare benchmark: how long a model takes to load, to compile, to run first and to run again.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/elements.h"
#include "cli/input_data.h"
#include "cli/model_command.h"
#include "cli/open_model.h"
#include "cli/signature_choice.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {
    {"--runs", "N", "runs after the first (default: as many as fit into 2 s, 10 to 100000)"},
    {"--json", "", "as JSON, times in microseconds"},
    {"--signature", "NAME", "the entry to run (default: the first)"},
    {"--shape", "[NAME=]1,224,224,3",
     "shape of an input whose size is open (default: 1 for each open extent)"},
};

constexpr std::string_view kAbout =
    "tare benchmark MODEL\n\n"
    "Times MODEL on float inputs that are random and integer inputs that are 0.";

struct Times {  // microseconds
  double load = 0, compile = 0, first = 0;
  std::vector<double> runs;

  double quantile(double q) const {
    const auto last = static_cast<double>(runs.size() - 1);
    return runs[static_cast<std::size_t>(std::lround(q * last))];
  }
};

double microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

// The same numbers in [0, 1) on every machine.
class Noise {
 public:
  float next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<float>(state_ >> 8) * 0x1p-24f;
  }

 private:
  std::uint32_t state_ = 2463534242u;
};

Status fill(Model& model, const Signature& signature, std::span<const Shape> shapes) {
  Noise noise;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    TensorValue value = TensorValue::zeros(tensor_type(signature.inputs[i].type.dtype, shapes[i]));
    if (value.type.dtype == DType::kString) {
      value.bytes =
          pack_strings(std::vector<std::string>(static_cast<std::size_t>(shapes[i].elements())));
    } else if (is_float(value.type.dtype) || is_complex(value.type.dtype)) {
      Tensor tensor = value.view();
      for (std::int64_t k = 0; k < number_count(tensor); ++k) set_real(tensor, k, noise.next());
    }
    if (Status status = feed(model, static_cast<int>(i), value); !status) return status;
  }
  return {};
}

Result<Times> measure(const std::string& path, const Arguments& arguments,
                      const LoadOptions& load) {
  ErrorSink sink;
  std::int64_t runs = arguments.has("--runs") ? arguments.integer("--runs", 1, 1, sink) : 0;
  if (!sink.ok()) return sink.error();
  Times times;
  auto bundle = read_bundle(path, load.budgets.bytes);
  if (!bundle) return bundle.error();
  auto start = std::chrono::steady_clock::now();
  auto model = Model::load(bundle.take(), load);
  if (!model) return model.error();
  times.load = microseconds_since(start);
  const auto chosen = choose_signature(*model, arguments.text("--signature"));
  if (!chosen) return chosen.error();
  const Signature& signature = model->signatures()[static_cast<std::size_t>(*chosen)];
  const auto named = shapes_from(arguments);
  if (!named) return named.error();
  const auto shapes = shapes_for(signature, *named);
  if (!shapes) return shapes.error();
  start = std::chrono::steady_clock::now();
  if (Status status = model->prepare(*chosen, *shapes); !status) return status.error();
  times.compile = microseconds_since(start);
  if (Status status = fill(*model, signature, *shapes); !status) return status.error();
  start = std::chrono::steady_clock::now();
  if (Status status = model->run(); !status) return status.error();
  times.first = microseconds_since(start);
  if (runs == 0)
    runs = std::clamp<std::int64_t>(static_cast<std::int64_t>(2e6 / std::max(times.first, 1.0)), 10,
                                    100000);
  for (std::int64_t i = 0; i < runs; ++i) {
    start = std::chrono::steady_clock::now();
    if (Status status = model->run(); !status) return status.error();
    times.runs.push_back(microseconds_since(start));
  }
  std::sort(times.runs.begin(), times.runs.end());
  return times;
}

std::string time_text(double microseconds) {
  char text[40];
  if (microseconds < 1000)
    std::snprintf(text, sizeof text, "%.2f us", microseconds);
  else if (microseconds < 1e6)
    std::snprintf(text, sizeof text, "%.3f ms", microseconds / 1e3);
  else
    std::snprintf(text, sizeof text, "%.3f s", microseconds / 1e6);
  return text;
}

std::string times_text(const Times& times) {
  return "load    " + time_text(times.load) + "\ncompile " + time_text(times.compile) +
         "\nfirst   " + time_text(times.first) + "\nmedian  " + time_text(times.quantile(0.5)) +
         "\np99     " + time_text(times.quantile(0.99)) + "\nover " +
         std::to_string(times.runs.size()) + " runs\n";
}

std::string times_json(const Times& times, const std::string& path) {
  JsonWriter writer;
  writer.open_object()
      .key("model")
      .string(path)
      .key("load_us")
      .number(times.load)
      .key("compile_us");
  writer.number(times.compile)
      .key("first_us")
      .number(times.first)
      .key("median_us")
      .number(times.quantile(0.5));
  writer.key("p99_us")
      .number(times.quantile(0.99))
      .key("min_us")
      .number(times.runs.front())
      .key("runs");
  writer.natural(times.runs.size()).close_object();
  return writer.take() + "\n";
}

Result<std::string> benchmark(const std::string& path, const Arguments& arguments,
                              const LoadOptions& load) {
  const auto times = measure(path, arguments, load);
  if (!times) return times.error();
  return arguments.has("--json") ? times_json(*times, path) : times_text(*times);
}

}  // namespace

int benchmark_command(std::span<const std::string> words) {
  return run_model_command(
      {.name = "benchmark", .about = kAbout, .options = kOptions, .text = benchmark}, words);
}

}  // namespace tare::cli
