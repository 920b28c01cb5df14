// Cells of recurrent layers. What a cell computes from its input alone is kept apart from what
// needs the states: the first is done for all steps at once, outside of the loop.
#pragma once

#include <vector>

#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {

// A step's result. The output is what the layer gives for the step.
struct CellStep {
  ValueId output;
  std::vector<ValueId> states;
};

struct CellKind {
  std::string_view class_name;  // of the cell
  std::string_view
      layer_name;  // of the layer that has such a cell; its configuration is the cell's
  int states;
  // The input's part: of [batch, steps, features] or [batch, features], the last dimension becomes
  // the gates'.
  ValueId (*project)(KerasLayer& cell, ValueId x);
  CellStep (*step)(KerasLayer& cell, ValueId projected, const std::vector<ValueId>& states);
  // Extents of a state after the batch.
  std::vector<Extent> (*state_extents)(KerasLayer& cell, ValueId projected);
};

const CellKind* find_cell(std::string_view class_name);
// The cell that a layer such as LSTM has; null for other layers.
const CellKind* find_cell_of_layer(std::string_view layer_name);

// Cells over images.
extern const CellKind kConvLstmCells[3];

}  // namespace tare
