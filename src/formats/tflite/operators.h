// The operator codes of a file, resolved to readers; and the check that names every operator nobody
// here can read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/tflite/file.h"
#include "ir/facets.h"

namespace tare::tflite_format {

struct OperatorKind {
  int code = 0;
  std::string_view name;  // in the schema, or the custom op's own; may be empty in a broken file
  int version = 1;
  const ReadTfliteFacet* reader = nullptr;

  bool custom() const { return code == kCustomOp; }
  std::string text() const;  // for messages
};

std::vector<OperatorKind> read_operator_codes(const File& file);

// Fails when an operator has no code, no reader or a version that is not known; all of them in one
// message. Codes that no operator uses do not count.
Status check_operators(const File& file, const std::vector<OperatorKind>& kinds);

// A node is called after its first output, since TFLite operators have no names.
std::string operator_name(const tflite::SubGraph& graph, const tflite::Operator& op,
                          std::size_t index);

}  // namespace tare::tflite_format
