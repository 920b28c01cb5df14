// Reads what TfliteFile describes, as a caller's bytes are read.
#pragma once

#include "base/result.h"
#include "ir/graph.h"
#include "support/tflite_file.h"

namespace tare::test {

Result<Module> read(const Buffer& bytes);
Result<Module> read(const TfliteFile& file);

// An output of the first graph.
const Value& output(const Module& module, std::size_t i = 0);

}  // namespace tare::test
