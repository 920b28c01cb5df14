// Runs of neighbouring tokens joined to strings. Inputs: tokens [n], splits [rows + 1] that cut
// them into rows. Outputs: runs, and splits of them of the same type.
#pragma once

#include <string>
#include <vector>

#include "ir/op_def.h"

namespace tare {

struct StringNgrams {
  std::string separator;
  std::vector<std::int64_t> widths;
  std::string left_pad, right_pad;
  std::int64_t pad_width = 0;  // -1: as wide as makes every token begin and end a run
  bool keep_short = false;     // rows too short for any run give one of all they have
  bool operator==(const StringNgrams&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
