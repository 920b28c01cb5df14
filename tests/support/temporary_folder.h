// A folder of a test's own, where the machine keeps temporary files.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

namespace tare::test {

// Empty when it cannot be made.
inline std::string make_temporary_folder() {
  std::string folder = testing::TempDir() + "tare_XXXXXX";
  return mkdtemp(folder.data()) != nullptr ? folder : std::string();
}

}  // namespace tare::test
