// The ways into a model: its signatures, or its first subgraph when it has none.
#pragma once

#include "formats/tflite/file.h"
#include "ports/tflite_node.h"

namespace tare::tflite_format {

// Builds the graphs that the entries name and, through them, all graphs that can be reached.
Status read_entries(File& file, TfliteSubgraphs& subgraphs, Module& module);

}  // namespace tare::tflite_format
