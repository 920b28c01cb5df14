// Strings with what a pattern matches replaced, and whether a pattern matches all of them.
#pragma once

#include <string>

#include "ir/op_def.h"

namespace tare {

struct RegexReplace {
  std::string pattern;
  std::string rewrite;  // \0 is the match, \1 its first group
  bool all = true;      // else the first match alone
  bool operator==(const RegexReplace&) const = default;
  static const OpDef kOp;
};

// Output: bool.
struct RegexFullMatch {
  std::string pattern;
  bool operator==(const RegexFullMatch&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
