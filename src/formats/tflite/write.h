// Writes a module as a .tflite file.
#pragma once

#include "base/result.h"
#include "ir/graph.h"

namespace tare {

// Fails with the names of all nodes that have no TFLite form.
Result<Buffer> write_tflite(const Module& module);

}  // namespace tare
