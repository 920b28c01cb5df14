// The choice of a command, and how errors look.
#include <cstdio>

#include "cli/commands.h"

namespace tare::cli {
namespace {

constexpr char kUsage[] =
    "tare COMMAND ...\n\n"
    "  run MODEL --input DATA    runs a model once, prints its outputs as JSON\n"
    "  inspect MODEL             inputs, outputs, nodes and what runs them, sizes\n"
    "  benchmark MODEL           times loading, compiling and running\n"
    "  verify CASES...           checks models against expected outputs\n\n"
    "MODEL is a .tflite, TF.js model.json, Keras .h5 or .keras file, a saved_model.pb or a frozen "
    "graph, recognised\n"
    "by its bytes, or a folder that holds one. 'tare COMMAND --help' tells more.\n";

}  // namespace

int report_error(const Error& error) {
  std::fprintf(stderr, "tare: %s\n", error.text().c_str());
  return 1;
}

int show_usage(const std::string& usage) {
  std::fputs(usage.c_str(), stdout);
  return 0;
}

int report_misuse(const Error& error, const std::string& usage) {
  std::fprintf(stderr, "tare: %s\n\n%s", error.text().c_str(), usage.c_str());
  return 2;
}

int run_program(std::span<const std::string> words, Isolation& isolation) {
  const std::string command = words.empty() ? "" : words[0];
  const auto rest = words.empty() ? words : words.subspan(1);
  if (command == "run") return run_command(rest);
  if (command == "inspect") return inspect_command(rest);
  if (command == "benchmark") return benchmark_command(rest);
  if (command == "verify") return verify_command(rest, isolation);
  if (command == "help" || command == "--help" || command == "-h") return show_usage(kUsage);
  if (command.empty())
    return report_misuse({Code::kInvalidArgument, "no command was given", {}}, kUsage);
  return report_misuse({Code::kInvalidArgument, "there is no command '" + command + "'", {}},
                       kUsage);
}

}  // namespace tare::cli
