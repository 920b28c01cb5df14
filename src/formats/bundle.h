// The only input of importers: file names and their bytes, relative to one folder. No I/O happens
// behind it; whoever has files or a network asks missing_files() what to bring next.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"

namespace tare {

class ModelBundle {
 public:
  // The first file added is the model; names use '/' and are plain relative paths.
  void add(std::string name, Buffer bytes);
  const Buffer* find(std::string_view name) const;
  struct File {
    std::string name;
    Buffer bytes;
  };
  std::vector<File>& files() { return files_; }
  const std::vector<File>& files() const { return files_; }

 private:
  std::vector<File> files_;
};

// The same error, in the model's file.
Error in_file(Error error, const ModelBundle& bundle);

// True for a path that stays in its folder: no "..", scheme, leading slash, backslash, NUL or
// percent escape.
bool is_plain_relative_path(std::string_view path);

// Names of the files that the model needs and that are not in the bundle yet (weight shards,
// assets, variables). Decided before anything is fetched; a path that leaves the folder is an
// error. Of an archive no more than `max_bytes` are unpacked to see.
Result<std::vector<std::string>> missing_files(const ModelBundle& bundle,
                                               std::uint64_t max_bytes = std::uint64_t{2} << 30);

}  // namespace tare
