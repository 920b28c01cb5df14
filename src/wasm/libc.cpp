// Parts of the C library that an engine pulls in and does not need as they are: reading decimals in
// quadruple precision, and printing. The linker gives them in place of the real ones
// (cmake/wasm.cmake). Programs with files to print to (src/cli) keep the real ones.
#include <cstddef>

#include "base/decimal.h"

extern "C" double __wrap_strtod(const char* __restrict text, char** __restrict end) {
  const char* behind = text;
  const double value = tare::parse_decimal(text, &behind);
  if (end != nullptr) *end = const_cast<char*>(behind);
  return value;
}

// The JSON parser prints characters into a message that the engine replaces by its own.
extern "C" int __wrap_snprintf(char* text, std::size_t size, const char*, ...) {
  if (size > 0) *text = '\0';
  return 0;
}
