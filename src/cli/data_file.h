// Input data in files: NumPy's .npy, comma-separated numbers, or JSON. What a file says of type and
// shape is kept; the model's input decides what becomes of it.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "ir/tensor.h"

namespace tare::cli {

// Format versions 1 to 3, little-endian or single-byte data, C or Fortran order; no pickled
// objects.
Result<TensorValue> read_npy(std::span<const std::byte> bytes);

// One row a line, cells parted by commas, a quoted cell as in RFC 4180; a first line without any
// number is a heading. Gives shape [rows, cells] of float64, or of strings when `as_strings`.
Result<TensorValue> read_csv(std::string_view text, bool as_strings);

}  // namespace tare::cli
