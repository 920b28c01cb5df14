// Masks of attention: which places may look at which.
#pragma once

#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {

// [rows, columns] of scores [..., rows, columns]: row i may see columns 0 to i.
ValueId causal_mask(Compose& g, ValueId scores);
// Where both hold; one of them, or both, may be absent.
ValueId both_masks(Compose& g, ValueId a, ValueId b);
// Scores that the mask forbids become so small that softmax leaves nothing of them, unless all are
// forbidden.
ValueId masked_scores(Compose& g, ValueId scores, ValueId mask);

}  // namespace tare
