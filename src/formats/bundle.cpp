// Files of a model by name, and the rule for paths.
#include "formats/bundle.h"

#include <algorithm>

namespace tare {

void ModelBundle::add(std::string name, Buffer bytes) {
  for (File& file : files_) {
    if (file.name == name) {
      file.bytes = std::move(bytes);
      return;
    }
  }
  files_.push_back({std::move(name), std::move(bytes)});
}

const Buffer* ModelBundle::find(std::string_view name) const {
  for (const File& file : files_) {
    if (file.name == name) return &file.bytes;
  }
  return nullptr;
}

Error in_file(Error error, const ModelBundle& bundle) {
  const std::string& file = bundle.files().front().name;
  error.where = error.where.empty() ? file : file + ": " + error.where;
  return error;
}

bool is_plain_relative_path(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (const char c : path) {
    // A colon would make a scheme or a drive; a percent sign an escape that a server might decode.
    if (c == '\0' || c == '\\' || c == '%' || c == ':' || c == '?' || c == '#') return false;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace tare
