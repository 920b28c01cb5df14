// Look-up tables: a handle by name, and what fills, asks and counts them. Filled once; filling
// again changes nothing.
#pragma once

#include <string>
#include <unordered_map>

#include "ir/eval_context.h"
#include "ir/op_def.h"

namespace tare {

// Keys and values are kept as the bytes of one element, whatever their type.
struct HashtableObject : Object {
  static constexpr char kKind{};
  HashtableObject(DType key, DType value) : Object(&kKind), key(key), value(value) {}
  const DType key;
  const DType value;
  bool filled = false;
  std::unordered_map<std::string, std::string> entries;
};

// Gives the handle of the table with this name; one table for all graphs.
struct Hashtable {
  std::string name;
  DType key = DType::kString;
  DType value = DType::kInt64;
  bool operator==(const Hashtable&) const = default;
  static const OpDef kOp;
};

// Inputs: handle, keys, values (as many). No output.
struct HashtableImport {
  bool operator==(const HashtableImport&) const = default;
  static const OpDef kOp;
};

// Inputs: handle, keys, one default. Output: values of the keys' shape.
struct HashtableFind {
  bool operator==(const HashtableFind&) const = default;
  static const OpDef kOp;
};

// Input: handle. Output: int64 [1].
struct HashtableSize {
  bool operator==(const HashtableSize&) const = default;
  static const OpDef kOp;
};

// The table behind input 0; null (and a failure recorded) when it is none.
HashtableObject* table_of(EvalContext& c);
// The bytes of element i of an input.
std::string element_of(const EvalContext& c, int input, std::int64_t i);

}  // namespace tare
