// Tensors as JSON: nested arrays by shape, or flat row-major data. Numbers JSON cannot say (NaN,
// infinities, integers beyond 2^53) are strings; complex numbers are pairs.
#pragma once

#include "base/json.h"
#include "base/json_writer.h"
#include "ir/tensor.h"

namespace tare::cli {

// What the nesting of arrays says; a ragged nesting is an error. A number is a scalar.
Result<Shape> shape_of(Json data);

// Elements in order, however they are nested, as a tensor of this (known) type and shape.
Result<TensorValue> tensor_from_json(Json data, DType dtype, const Shape& shape);

void write_nested(const Tensor& tensor, JsonWriter& writer);
// Elements in one array: all of them, or `most` of them, the k-th of which is element k * count /
// most.
void write_flat(const Tensor& tensor, std::int64_t most, JsonWriter& writer);
void write_shape(const Shape& shape, JsonWriter& writer);  // unknown extents are null

}  // namespace tare::cli
