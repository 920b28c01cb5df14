// Rewrites graphs so that they run faster and give equal outputs. The ordered list is in
// pipeline.cpp.
#pragma once

#include <span>

#include "ir/graph.h"

namespace tare {

struct PassFacet {
  const char* name;
  void (*run)(Graph&);
};

// The passes this program was linked with; generated.
std::span<const PassFacet* const> pass_table();

// Optimises every graph of the module in place.
void optimise(Module& module);

}  // namespace tare
