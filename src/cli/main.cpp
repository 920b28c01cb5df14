// The program `tare`, natively and, compiled to WebAssembly, in Node (bin/tare.mjs).
#include <cstdio>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/isolation.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto isolation = tare::cli::make_isolation();
  const int code = tare::cli::run_program(words, *isolation);
  // In Node the runtime is not torn down, since that would close the standard streams of the whole
  // process.
  std::fflush(nullptr);
  return code;
}
