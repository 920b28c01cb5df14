// The ordered list of passes. A pass is named rather than called: small programs are linked without
// those that look for ops they do not have.
#include "passes/pipeline.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/heap_sort.h"
#include "base/parts.h"

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

// Of the bytes of all constants; those that several share count once.
std::uint64_t constant_bytes(const Module& module) {
  std::vector<std::span<const std::byte>> parts;
  for (const Graph& graph : module.graphs) {
    for (const Value& v : graph.values) {
      if (v.is_constant && !v.constant.empty()) parts.push_back(v.constant.bytes());
    }
  }
  heap_sort(parts, [](const auto& a, const auto& b) { return std::less<>()(a.data(), b.data()); });
  std::uint64_t sum = 0;
  const std::byte* counted = nullptr;  // up to here
  for (const auto& part : parts) {
    const std::byte* end = part.data() + part.size();
    const std::byte* begin = std::max(part.data(), counted, std::less<>());
    if (std::less<>()(begin, end)) sum += static_cast<std::uint64_t>(end - begin);
    counted = std::max(counted, end, std::less<>());
  }
  return sum;
}

}  // namespace

PassBudget::PassBudget(const Module& module) {
  const std::uint64_t constants = kParts.kernels ? constant_bytes(module) : 0;
  bytes = (std::uint64_t{32} << 20) + 8 * constants;
  work = (std::uint64_t{1} << 30) + 64 * constants;
}

void optimise(Module& module) {
  PassBudget budget(module);
  for (Graph& graph : module.graphs) {
    for (const std::string_view name : kOrder) {
      for (const PassFacet* pass : pass_table()) {
        if (pass->name == name) pass->run(graph, budget);
      }
    }
  }
}

}  // namespace tare
