// N-grams of the words of one string: `ngram_size` words in order, with up to `max_skip_size` words
// left out between two of them. Output: strings [number of n-grams].
#pragma once

#include "ir/op_def.h"

namespace tare {

struct SkipGram {
  std::int64_t ngram_size = 1;
  std::int64_t max_skip_size = 0;
  bool include_all_ngrams = false;  // the shorter ones too
  bool operator==(const SkipGram&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
