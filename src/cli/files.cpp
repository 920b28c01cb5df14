// POSIX file access with errors that name the path.
#include "cli/files.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tare::cli {
namespace {

struct CloseFile {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, CloseFile>;

Error file_error(const std::string& path, const char* what) {
  const bool missing = errno == ENOENT || errno == ENOTDIR;
  return {missing ? Code::kMissingFile : Code::kInvalidArgument,
          std::string(what) + ": " + std::strerror(errno), path};
}

}  // namespace

bool is_folder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_file(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string join(const std::string& folder, std::string_view name) {
  return (folder.ends_with('/') ? folder : folder + "/") + std::string(name);
}

Result<Buffer> read_file(const std::string& path, std::uint64_t limit) {
  if (is_folder(path)) return Error{Code::kInvalidArgument, "is a folder, not a file", path};
  const File file(std::fopen(path.c_str(), "rb"));
  struct stat info;
  if (!file || fstat(fileno(file.get()), &info) != 0) return file_error(path, "cannot be opened");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > limit) {
    return Error{
        Code::kBudgetExceeded,
        "has " + std::to_string(size) + " bytes; at most " + std::to_string(limit) + " are read",
        path};
  }
  Buffer bytes = Buffer::allocate(static_cast<std::size_t>(size));
  if (size > 0 && bytes.empty())
    return Error{Code::kBudgetExceeded, "does not fit into memory", path};
  if (std::fread(bytes.mutable_data(), 1, bytes.size(), file.get()) != bytes.size()) {
    return file_error(path, "cannot be read");
  }
  return bytes;
}

Status write_file(const std::string& path, std::string_view text) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) return file_error(path, "cannot be written");
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (std::fclose(file.release()) != 0 || !written) return file_error(path, "cannot be written");
  return {};
}

Result<std::vector<std::string>> list_folder(const std::string& path) {
  DIR* folder = opendir(path.c_str());
  if (folder == nullptr) return file_error(path, "cannot be listed");
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tare::cli
