// The program `tare`, natively and, compiled to WebAssembly, in Node (bin/tare.mjs).
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/isolation.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto isolation = tare::cli::make_isolation();
  return tare::cli::run_program(words, *isolation);
}
