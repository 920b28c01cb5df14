// The ordered list of passes.
#include "passes/pipeline.h"

#include "passes/eliminate_dead_code.h"
#include "passes/fold_constants.h"

namespace tare {

Status optimise(Module& module) {
  for (Graph& graph : module.graphs) {
    fold_constants(graph);       // weights that files store indirectly: dequantised, transposed, reshaped
    eliminate_dead_code(graph);  // what the passes before left unused
  }
  return {};
}

}  // namespace tare
