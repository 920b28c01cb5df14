// The ordered list of passes.
#include "passes/pipeline.h"

#include "passes/eliminate_dead_code.h"
#include "passes/fold_affine.h"
#include "passes/fold_constants.h"
#include "passes/fold_pad.h"
#include "passes/fuse_activation.h"
#include "passes/remove_identities.h"

namespace tare {

Status optimise(Module& module) {
  for (Graph& graph : module.graphs) {
    fold_constants(
        graph);  // weights that files store indirectly: dequantised, transposed, reshaped
    remove_identities(graph);  // so that the patterns below meet their neighbours
    fold_pad(graph);
    fold_affine(graph);  // batch normalisation into weights, before activations close the way
    fuse_activation(graph);
    eliminate_dead_code(graph);  // what the passes before left unused
  }
  return {};
}

}  // namespace tare
