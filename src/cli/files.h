// Files as the command line sees them, in plain POSIX calls, which Node's file system also answers
// through Emscripten: that is what keeps the native program and the one in Node the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"

namespace tare::cli {

bool is_folder(const std::string& path);
bool is_file(const std::string& path);

// "." for a bare name.
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);
std::string join(const std::string& folder, std::string_view name);

// Files above `limit` bytes are an error before anything is allocated.
Result<Buffer> read_file(const std::string& path, std::uint64_t limit = std::uint64_t{2} << 30);
Status write_file(const std::string& path, std::string_view text);

// Names in a folder, sorted, without "." and "..".
Result<std::vector<std::string>> list_folder(const std::string& path);

}  // namespace tare::cli
