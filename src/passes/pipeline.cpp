// The ordered list of passes. A pass is named rather than called: small programs are linked without
// those that look for ops they do not have.
#include "passes/pipeline.h"

#include <string_view>

namespace tare {
namespace {

constexpr std::string_view kOrder[] = {
    "fold_constants",     // weights that files store indirectly: dequantised, transposed, reshaped
    "remove_identities",  // so that the patterns below meet their neighbours
    "fold_pad",           // zeros around an image into the convolution behind
    "fold_affine",        // batch normalisation into weights, before activations close the way
    "fuse_activation",    // clamps into the op before
    "eliminate_dead_code",  // what the passes before left unused
};

}  // namespace

void optimise(Module& module) {
  for (Graph& graph : module.graphs) {
    for (const std::string_view name : kOrder) {
      for (const PassFacet* pass : pass_table()) {
        if (pass->name == name) pass->run(graph);
      }
    }
  }
}

}  // namespace tare
