// Fills a look-up table with the lines of a text file that came with the model.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/buffer.h"
#include "ir/op_def.h"

namespace tare {

using TextFiles = std::map<std::string, Buffer>;  // by path as the model says it

// Inputs: handle, the file's path. No output.
struct HashtableImportFile {
  static constexpr std::int64_t kWholeLine = -2, kLineNumber = -1;
  std::shared_ptr<const TextFiles> files;
  std::int64_t key_column = kWholeLine, value_column = kLineNumber;
  std::int64_t lines = -1;  // that are read; -1: all
  std::string delimiter = "\t";
  std::int64_t offset = 0;  // the number of the first line
  bool operator==(const HashtableImportFile&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
