// Where the tests find the files of the source tree (models, golden data), whatever folder they are
// started from.
#pragma once

#include <string>
#include <string_view>

namespace tare::test {

// The absolute path of a file or folder given relative to the root of the project.
std::string source_path(std::string_view relative);

}  // namespace tare::test
