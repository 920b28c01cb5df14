// From the system: the kernel's generator, or the browser's crypto object. Should it fail, an
// address will do.
#include "base/entropy.h"

#include <unistd.h>
#if defined(__APPLE__) || defined(__linux__)
#include <sys/random.h>
#endif

namespace tare {

std::uint64_t entropy() {
  std::uint64_t number = 0;
  if (getentropy(&number, sizeof number) != 0) number = reinterpret_cast<std::uintptr_t>(&number);
  return number;
}

}  // namespace tare
