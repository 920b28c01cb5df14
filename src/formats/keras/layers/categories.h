// Indices of categories in the forms that Keras's preprocessing layers give them.
#pragma once

#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {

// The type of a layer's codes: what its policy says, integers for indices.
DType code_type(KerasLayer& layer, DType of_indices);

// By the layer's "output_mode": the indices themselves, one hot, or, over the last dimension, which
// occur or how often. Negative indices do not occur. Counts may be weighted.
ValueId encode_categories(KerasLayer& layer, ValueId indices, std::int64_t depth, DType type,
                          ValueId weights = ValueId::kNone);

struct TokenTable {
  std::vector<std::string> tokens;  // without those for masks and unknown tokens
  bool had_special_tokens = false;
};

// A layer's vocabulary: from its configuration, else from the files beside the weights.
TokenTable read_vocabulary(KerasLayer& layer, std::span<const std::string> special_tokens);

// Factors of tf-idf for all `depth` indices, of which the first `special` are not tokens of the
// vocabulary.
ValueId idf_weights(KerasLayer& layer, std::int64_t special, std::int64_t depth, bool with_special);

}  // namespace tare
