// Cuts texts into tokens: input strings [n] or [n, 1], output strings [n, tokens], padded with
// empty ones. Without a split the texts are only standardised, and keep their shape.
#pragma once

#include <vector>

#include "ir/op_def.h"

namespace tare {

struct TextTokens {
  enum class Split : std::uint8_t { kNone, kWhitespace, kCharacter };
  bool lower = true;              // ASCII letters
  bool strip_punctuation = true;  // ASCII punctuation
  Split split = Split::kWhitespace;
  std::vector<std::int64_t>
      ngrams;  // lengths of runs of tokens, joined by spaces; empty: the tokens themselves
  std::int64_t length = 0;  // of each row; 0: that of the longest
  bool operator==(const TextTokens&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
