// Constants that stand in a configuration: numbers, nested lists of them, and the objects that
// Keras 3 writes for arrays and tensors.
#pragma once

#include "base/json.h"
#include "ir/tensor.h"

namespace tare {

// Empty when the value is no number, bool, string or rectangular list of such, or has more than
// kMaxRank levels. Without a type of its own it becomes `otherwise`, or, where that is none, int32
// for integers, float32, bool or string.
std::optional<TensorValue> json_tensor(Json json, std::optional<DType> otherwise = std::nullopt);

// {"class_name": "__numpy__", "config": {"value": ...}} and the like; the value itself where it is
// not wrapped.
Json unwrapped(Json json);

}  // namespace tare
