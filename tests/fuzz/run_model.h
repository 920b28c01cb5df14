// What every fuzz target does with the bytes it is given: load, compile, run twice, forget, run
// again, under budgets that keep one input to a fraction of a second.
#pragma once

#include <string>

#include "formats/bundle.h"

namespace tare::fuzz {

// Runs every signature of the model, if it is one.
void run_model(ModelBundle bundle);

}  // namespace tare::fuzz
