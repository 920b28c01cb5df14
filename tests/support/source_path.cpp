// See source_path.h; the build defines TARE_SOURCE_DIR for this file alone.
#include "support/source_path.h"

namespace tare::test {

std::string source_path(std::string_view relative) {
  return std::string(TARE_SOURCE_DIR) + "/" + std::string(relative);
}

}  // namespace tare::test
