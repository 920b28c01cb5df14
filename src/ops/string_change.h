// Strings changed one by one, and what can be said of each: case, blanks around, length, parts,
// numbers in words and words in numbers.
#pragma once

#include "ir/op_def.h"

namespace tare {

enum class StringChangeKind : std::uint8_t { kLower, kUpper, kStrip };

struct StringChange {
  StringChangeKind kind = StringChangeKind::kLower;
  bool unicode = false;  // letters beyond ASCII too
  bool operator==(const StringChange&) const = default;
  static const OpDef kOp;
};

// Output: int32.
struct StringLength {
  bool characters = false;  // of UTF-8; else bytes
  bool operator==(const StringLength&) const = default;
  static const OpDef kOp;
};

// Inputs: strings, where parts begin (negative: from the end), how long they are.
struct Substring {
  bool characters = false;
  bool operator==(const Substring&) const = default;
  static const OpDef kOp;
};

struct StringToNumber {
  DType dtype = DType::kFloat32;
  bool operator==(const StringToNumber&) const = default;
  static const OpDef kOp;
};

// Numbers written out, as C's printf does.
struct AsString {
  std::int64_t precision = -1;
  bool scientific = false, shortest = false;
  std::int64_t width = -1;
  char fill = 0;  // 0: blanks
  bool operator==(const AsString&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
