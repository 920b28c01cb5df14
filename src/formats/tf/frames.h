// Version-1 control flow becomes the functional kind once, before import: frames of Enter, Merge,
// Switch, NextIteration and Exit become While with a condition and a body, what stands between
// Switch and Merge becomes If with two branches.
#pragma once

#include "formats/tf/graph_def.h"

namespace tare {

Status lower_frames(TfGraphDef& graph);

}  // namespace tare
