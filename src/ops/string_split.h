// Strings cut at delimiters into the parts of a sparse matrix: indices int64 [n, 2], values [n],
// shape int64 [2]. Input 0: strings [rows]; input 1: one string, of which each byte is a delimiter;
// empty: every byte is a part.
#pragma once

#include "ir/op_def.h"

namespace tare {

struct StringSplit {
  bool skip_empty = true;
  bool whole = false;      // the delimiter is one separator, or if empty runs of blanks are
  std::int64_t most = -1;  // cuts of a string; -1: any number
  bool operator==(const StringSplit&) const = default;
  static const OpDef kOp;
};

// Strings as numbers below a count, by their fingerprint. Output: int64.
struct StringToHashBucket {
  std::int64_t buckets = 1;
  bool operator==(const StringToHashBucket&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
