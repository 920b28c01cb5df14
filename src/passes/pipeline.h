// Rewrites graphs so that they run faster and give equal outputs. The ordered list is in
// pipeline.cpp.
#pragma once

#include <cstdint>
#include <span>

#include "ir/graph.h"

namespace tare {

// What all passes together may do to a module: bytes of new constants, and work for them (bytes
// read and multiply-accumulates), each by the constants that the module has. Nodes may share
// constants and blow up each other's, so that a small file could ask for any amount. What is beyond
// it is left for the run.
struct PassBudget {
  std::uint64_t bytes;
  std::uint64_t work;
  std::int64_t trips = 1024;  // of kernels that count them

  explicit PassBudget(const Module& module);
};

struct PassFacet {
  const char* name;
  void (*run)(Graph&, PassBudget&);
};

// The passes this program was linked with; generated.
std::span<const PassFacet* const> pass_table();

// Optimises every graph of the module in place.
void optimise(Module& module);

}  // namespace tare
