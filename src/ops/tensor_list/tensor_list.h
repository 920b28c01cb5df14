// Lists of tensors, as TensorFlow's loops collect them. A list is a value: an op that changes one
// gives a new list, which shares the elements that stay. TensorArrays are the same, with their flow
// as the list.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ir/op_def.h"

namespace tare {

struct TensorListObject : Object {
  static constexpr char kKind{};
  TensorListObject() : Object(&kKind) {}
  std::vector<std::shared_ptr<const TensorValue>> items;  // null: never set
  std::uint64_t bytes = 0;                                // of all items
};

// Inputs are those of TensorFlow's op of that name, without flows; a shape of elements comes last.
enum class TensorListKind : std::uint8_t {
  kEmpty,       // shape, most elements
  kReserve,     // shape, count
  kFromTensor,  // tensor, shape
  kStack,       // list, shape -> tensor
  kGetItem,     // list, index, shape -> tensor
  kSetItem,     // list, index, tensor
  kLength,      // list -> int32
  kPushBack,    // list, tensor
  kPopBack,     // list, shape -> list, tensor
  kResize,      // list, count
  kConcat,      // list, shape -> tensor, lengths (int64)
  kSplit,       // tensor, shape, lengths
  kGather,      // list, indices, shape -> tensor
  kScatter,     // tensor, indices, shape[, count]
  kJoin,        // list, list -> list of the elements of both
};

struct TensorList {
  TensorListKind kind;
  DType dtype = DType::kFloat32;  // of tensors that come out
  Shape element =
      Shape::unknown();  // what the node says of elements, beside the shape that it is given
  bool grows = false;    // kSetItem: past the end, too
  bool operator==(const TensorList&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
