// Tells a model that this build has no reader for from a broken one, by what the file is called and
// holds.
#pragma once

#include <string>

namespace tare::cli {

// The format's name when no reader for it is linked; empty when there is one, or when it cannot be
// said.
std::string unreadable_format(const std::string& path);

}  // namespace tare::cli
